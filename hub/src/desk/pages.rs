//! The pages of the desk: where each one is, what it is called, and who may see it.

use liuye_core::domain::Role;

use super::words::Lang;

/// A page that the navigation leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Page {
    Now,
    Calls,
    Patrol,
    LostAndFound,
    Safety,
    People,
    Publicity,
    Disputes,
    DutyBook,
    Attention,
    Figures,
    Records,
}

/// Whoever reads cases. An admin keeps accounts, devices and people, and reads none.
const READERS: &[Role] = &[Role::Desk, Role::Commander, Role::Auditor];

impl Page {
    /// All of them, in the order of the navigation.
    pub(crate) const ALL: &'static [Self] = &[
        Self::Now,
        Self::Calls,
        Self::Patrol,
        Self::LostAndFound,
        Self::Safety,
        Self::People,
        Self::Publicity,
        Self::Disputes,
        Self::DutyBook,
        Self::Attention,
        Self::Figures,
        Self::Records,
    ];

    /// Where it is.
    pub(crate) const fn address(self) -> &'static str {
        match self {
            Self::Now => "/desk",
            Self::Calls => "/desk/calls",
            Self::Patrol => "/desk/patrol",
            Self::LostAndFound => "/desk/lost",
            Self::Safety => "/desk/safety",
            Self::People => "/desk/people",
            Self::Publicity => "/desk/publicity",
            Self::Disputes => "/desk/disputes",
            Self::DutyBook => "/desk/duty",
            Self::Attention => "/desk/attention",
            Self::Figures => "/desk/figures",
            Self::Records => "/desk/records",
        }
    }

    /// What it is called.
    pub(crate) const fn name(self, lang: Lang) -> &'static str {
        match self {
            Self::Now => lang.pick("态势", "Now"),
            Self::Calls => lang.pick("警情", "Calls"),
            Self::Patrol => lang.pick("巡逻", "Patrol"),
            Self::LostAndFound => lang.pick("失物招领", "Lost & found"),
            Self::Safety => lang.pick("安全检查", "Safety"),
            Self::People => lang.pick("人员", "People"),
            Self::Publicity => lang.pick("宣传", "Publicity"),
            Self::Disputes => lang.pick("矛盾纠纷", "Disputes"),
            Self::DutyBook => lang.pick("值守日志", "Duty book"),
            Self::Attention => lang.pick("需要处理", "Attention"),
            Self::Figures => lang.pick("统计", "Figures"),
            Self::Records => lang.pick("记录", "Records"),
        }
    }

    /// Whose accounts may see it: the handlers ask, the navigation only agrees.
    pub(crate) const fn readers(self) -> &'static [Role] {
        match self {
            Self::People => &[Role::Desk, Role::Commander, Role::Admin, Role::Auditor],
            Self::Safety => &[Role::Inspector, Role::Desk, Role::Commander, Role::Auditor],
            _ => READERS,
        }
    }

    /// Where an account of this role begins.
    pub(crate) fn home(role: Role) -> &'static str {
        Self::ALL.iter().find(|page| page.is_for(role)).map_or("/desk", |page| page.address())
    }

    /// Whether an account of this role may see it.
    pub(crate) fn is_for(self, role: Role) -> bool {
        self.readers().contains(&role)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn no_two_pages_share_an_address_or_a_name() {
        let distinct = |of: fn(&Page) -> &'static str| Page::ALL.iter().map(of).collect::<HashSet<_>>().len();
        assert_eq!(distinct(|page| page.address()), Page::ALL.len());
        for name in [|page: &Page| page.name(Lang::Zh), |page: &Page| page.name(Lang::En)] {
            assert_eq!(distinct(name), Page::ALL.len());
        }
    }

    #[test]
    fn an_admin_reads_no_case_and_an_auditor_reads_everything() {
        let seen = |role| Page::ALL.iter().copied().filter(|page| page.is_for(role)).collect::<Vec<_>>();
        assert_eq!(seen(Role::Admin), [Page::People]);
        assert_eq!(seen(Role::Inspector), [Page::Safety], "an inspector answers for hazards, and reads nothing else");
        assert_eq!(seen(Role::Auditor), Page::ALL);
        assert!(seen(Role::Guard).is_empty());
    }
}
