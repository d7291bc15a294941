//! What the rules promise of the leading group's plan: each task has an owner and a time, and moves by itself.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]

mod domain_world;

use domain_world::{Memory, NOON, device, person, refusal};
use liuye_core::Code;
use liuye_core::domain::{Actor, Bucket, Kind, Role, Settings, TaskMove, TaskState, Verdict, WorkPlan, due};
use serde_json::{Value, json};

const DAY: i64 = 86_400_000;

fn commander() -> Actor {
    person("p-001", Role::Commander)
}

fn owner() -> Actor {
    person("p-012", Role::Auxiliary)
}

fn task(id: &str, owner: &str, days: i64) -> Value {
    json!({"id": id, "title": "check the piers", "owner": owner, "due": NOON + days * DAY})
}

fn adopt() -> Value {
    json!({"event": "adopt", "title": "Summer nights", "from": NOON, "to": NOON + 90 * DAY,
        "tasks": [task("piers", "p-012", 2), task("posters", "u-river", 5)]})
}

fn world() -> Memory {
    let mut world = Memory::hub();
    assert_eq!(world.act(&commander(), Kind::WorkPlanAdopt, "w1", adopt()), Verdict::CLEAN);
    world
}

fn plan(world: &Memory) -> WorkPlan {
    serde_json::from_value(world.body("w1").clone()).unwrap()
}

fn step(by: TaskMove, task: &str) -> (Kind, Value) {
    match by {
        TaskMove::Report => (Kind::WorkPlanReport, json!({"event": "report", "task": task, "note": "done"})),
        TaskMove::Accept => (Kind::WorkPlanAccept, json!({"event": "accept", "task": task})),
        TaskMove::Return => (Kind::WorkPlanReturn, json!({"event": "return", "task": task, "reason": "pier 3 is missing"})),
        TaskMove::Extend => (Kind::WorkPlanExtend, json!({"event": "extend", "task": task, "due": NOON + 9 * DAY, "reason": "rain"})),
        TaskMove::Drop => (Kind::WorkPlanDrop, json!({"event": "drop", "task": task, "reason": "not wanted"})),
    }
}

fn act(world: &mut Memory, actor: &Actor, by: TaskMove, task: &str) -> Verdict {
    let (kind, body) = step(by, task);
    world.act(actor, kind, "w1", body)
}

const STATES: [(&str, TaskState); 4] =
    [("open", TaskState::Open), ("reported", TaskState::Reported), ("accepted", TaskState::Accepted), ("dropped", TaskState::Dropped)];
const STEPS: [TaskMove; 5] = [TaskMove::Report, TaskMove::Accept, TaskMove::Return, TaskMove::Extend, TaskMove::Drop];

#[test]
fn a_task_takes_every_listed_step_and_no_other() {
    let mut taken = 0;
    for (name, state) in STATES {
        for by in STEPS {
            let mut world = world();
            let mut tasks = world.body("w1")["tasks"].clone();
            tasks[0]["state"] = json!(name);
            world.force("w1", "tasks", tasks);
            let actor = if by == TaskMove::Report { owner() } else { commander() };
            let verdict = act(&mut world, &actor, by, "piers");
            match TaskState::TRANSITIONS.iter().find(|(from, step, _)| *from == state && *step == by) {
                Some((.., to)) => {
                    assert_eq!(verdict, Verdict::CLEAN, "{name} {by:?}");
                    assert_eq!(plan(&world).tasks[0].state, *to, "{name} {by:?}");
                    taken += 1;
                }
                None => assert_eq!(refusal(&verdict), (Code::StateRefused, ""), "{name} {by:?}"),
            }
            assert_eq!(plan(&world).tasks[1].state, TaskState::Open, "the other task stays as it was");
        }
    }
    assert_eq!((taken, TaskState::TRANSITIONS.len()), (6, 6));
}

#[test]
fn the_leading_group_plans_and_an_owner_reports() {
    for role in Role::ALL {
        let actor = person("p-r", *role);
        let leads = *role == Role::Commander;
        assert_eq!(Memory::hub().act(&actor, Kind::WorkPlanAdopt, "w2", adopt()) == Verdict::CLEAN, leads, "{role:?}");
        for by in [TaskMove::Extend, TaskMove::Drop] {
            assert_eq!(act(&mut world(), &actor, by, "piers") == Verdict::CLEAN, leads, "{role:?} {by:?}");
        }
        let add = json!({"event": "add_task", "task": task("more", "p-013", 1)});
        assert_eq!(world().act(&actor, Kind::WorkPlanAddTask, "w1", add) == Verdict::CLEAN, leads, "{role:?}");
        // Whoever does not answer for a task cannot report it, whatever they are.
        assert_eq!(refusal(&act(&mut world(), &actor, TaskMove::Report, "piers")).0, Code::NotPermitted, "{role:?}");
    }
    let mut world = world();
    assert_eq!(act(&mut world, &owner(), TaskMove::Report, "piers"), Verdict::CLEAN);
    assert_eq!(refusal(&act(&mut world, &owner(), TaskMove::Report, "nothing")), (Code::UnknownReference, "task"));
    // A unit's task is for each of its members.
    assert_eq!(act(&mut world, &person("p-019", Role::Guard), TaskMove::Report, "posters"), Verdict::CLEAN);
}

#[test]
fn nobody_accepts_their_own_work() {
    let mut world = world();
    let add = json!({"event": "add_task", "task": task("own", "p-001", 1)});
    assert_eq!(world.act(&commander(), Kind::WorkPlanAddTask, "w1", add), Verdict::CLEAN);
    assert_eq!(act(&mut world, &commander(), TaskMove::Report, "own"), Verdict::CLEAN);
    assert_eq!(refusal(&act(&mut world, &commander(), TaskMove::Accept, "own")), (Code::NotPermitted, "task"));
    assert_eq!(act(&mut world, &person("p-002", Role::Commander), TaskMove::Accept, "own"), Verdict::CLEAN);
}

#[test]
fn a_plan_is_over_when_each_of_its_tasks_is_and_then_nothing_moves() {
    let conclude = || json!({"event": "conclude", "note": "a quiet summer"});
    let mut world = world();
    assert_eq!(refusal(&world.act(&commander(), Kind::WorkPlanConclude, "w1", conclude())), (Code::StateRefused, ""));
    assert_eq!(act(&mut world, &owner(), TaskMove::Report, "piers"), Verdict::CLEAN);
    assert_eq!(act(&mut world, &commander(), TaskMove::Drop, "posters"), Verdict::CLEAN);
    assert_eq!(refusal(&world.act(&commander(), Kind::WorkPlanConclude, "w1", conclude())), (Code::StateRefused, ""), "not accepted yet");
    assert_eq!(act(&mut world, &commander(), TaskMove::Accept, "piers"), Verdict::CLEAN);
    assert_eq!(world.act(&commander(), Kind::WorkPlanConclude, "w1", conclude()), Verdict::CLEAN);
    let add = json!({"event": "add_task", "task": task("late", "p-013", 1)});
    assert_eq!(refusal(&world.act(&commander(), Kind::WorkPlanAddTask, "w1", add)), (Code::StateRefused, ""));
    for by in STEPS {
        let actor = if by == TaskMove::Report { owner() } else { commander() };
        assert_eq!(refusal(&act(&mut world, &actor, by, "piers")).0, Code::StateRefused, "{by:?}");
    }
}

#[test]
fn a_task_that_is_late_is_noted_once_for_each_of_its_due_dates() {
    let mut world = world();
    assert_eq!(due::deadline(&world.documents["w1"], &Settings::default()), Some(NOON + 2 * DAY));
    assert_eq!(world.tick(NOON + 2 * DAY), ["w1"]);
    assert_eq!(world.tick(NOON + 3 * DAY), Vec::<String>::new(), "once");
    assert_eq!(plan(&world).open_tasks(NOON + 3 * DAY), (2, 1));
    assert_eq!(act(&mut world, &commander(), TaskMove::Extend, "piers"), Verdict::CLEAN);
    // Both in one step where the hub was down meanwhile.
    assert_eq!(world.tick(NOON + 10 * DAY), ["w1"]);
    let overdue = plan(&world).tasks.into_iter().map(|task| task.overdue).collect::<Vec<_>>();
    assert_eq!(overdue, [vec![NOON + 2 * DAY, NOON + 9 * DAY], vec![NOON + 5 * DAY]]);
    // What was reported in time waits for the leading group, not for its owner.
    let mut world = self::world();
    assert_eq!(act(&mut world, &owner(), TaskMove::Report, "piers"), Verdict::CLEAN);
    assert_eq!(world.tick(NOON + 2 * DAY), Vec::<String>::new());
    let early = json!({"event": "extend", "task": "posters", "due": NOON + 5 * DAY, "reason": "rain"});
    assert_eq!(refusal(&world.act(&commander(), Kind::WorkPlanExtend, "w1", early)), (Code::TimeOrder, "due"));
}

#[test]
fn two_owners_who_report_at_once_are_both_heard_and_two_judges_leave_one_word() {
    let mut world = world();
    let (kind, body) = step(TaskMove::Report, "piers");
    let first = world.operation(kind, "w1", body);
    let (kind, body) = step(TaskMove::Report, "posters");
    let mut second = world.operation(kind, "w1", body);
    second.device = device(2);
    assert_eq!(world.take(&first, &owner()), Verdict::CLEAN);
    assert_eq!(world.take(&second, &person("p-019", Role::Guard)), Verdict::CLEAN);
    let (kind, body) = step(TaskMove::Accept, "piers");
    let accepted = world.operation(kind, "w1", body);
    let (kind, body) = step(TaskMove::Return, "piers");
    let mut returned = world.operation(kind, "w1", body);
    returned.device = device(2);
    assert_eq!(world.take(&accepted, &commander()), Verdict::CLEAN);
    assert_eq!(world.take(&returned, &commander()), Verdict::Conflict { code: Code::Overtaken, kept: Some(accepted.id) });
}

#[test]
fn a_plan_is_seen_by_the_desk_and_by_those_who_answer_for_its_tasks() {
    let world = world();
    let buckets = &world.documents["w1"].buckets;
    for person in ["p-001", "p-011", "p-012", "p-019", "p-020"] {
        assert!(buckets.contains(&Bucket::Person(person.to_owned())), "{person}");
    }
    assert!(buckets.contains(&Bucket::Role(Role::Desk)));
    assert!(!buckets.contains(&Bucket::Person("p-013".to_owned())) && !buckets.contains(&Bucket::Staff));
}

#[test]
fn a_plan_that_is_out_of_order_names_the_field() {
    let refused = |change: fn(&mut Value)| {
        let mut body = adopt();
        change(&mut body);
        let verdict = Memory::hub().act(&commander(), Kind::WorkPlanAdopt, "w9", body);
        let (code, field) = refusal(&verdict);
        (code, field.to_owned())
    };
    let at = |code, field: &str| (code, field.to_owned());
    assert_eq!(refused(|body| body["tasks"] = json!([])), at(Code::Missing, "tasks"));
    assert_eq!(refused(|body| body["tasks"][1]["id"] = json!("piers")), at(Code::DuplicateId, "tasks[1].id"));
    assert_eq!(refused(|body| body["tasks"][1]["id"] = json!("Piers")), at(Code::Malformed, "tasks[1].id"));
    assert_eq!(refused(|body| body["tasks"][0]["owner"] = json!("p-999")), at(Code::UnknownReference, "owner"));
    assert_eq!(refused(|body| body["tasks"][0]["owner"] = json!("z1")), at(Code::UnknownReference, "owner"));
    assert_eq!(refused(|body| body["to"] = body["from"].clone()), at(Code::TimeOrder, "to"));
}
