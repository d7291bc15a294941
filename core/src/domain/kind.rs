//! The kinds of operations and of documents, with the version of each body's shape.

macro_rules! kinds {
    ($(#[$doc:meta])* $name:ident { $($(#[$item:meta])* $variant:ident = $text:literal;)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum $name { $($(#[$item])* $variant,)* }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name as it travels.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// The kind of that name, where this version knows it.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|kind| kind.as_str() == text)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

kinds! {
    /// What an operation does.
    Kind {
        /// Binds the phone's log to a site and, for staff, to a person.
        DeviceEnrol = "device.enrol";
        /// Gives up an operation that needs attention, with a reason.
        OperationDiscard = "operation.discard";
        /// One visit of a checkpoint.
        CheckInRecord = "check_in.record";
        /// A supervisor's decision on a flagged check-in.
        CheckInReview = "check_in.review";
        /// Somebody is put on a shift.
        ShiftPlan = "shift.plan";
        /// A planned shift is called off.
        ShiftCancel = "shift.cancel";
        /// Somebody comes on duty.
        ShiftStart = "shift.start";
        /// Somebody goes off duty.
        ShiftEnd = "shift.end";
        /// Somebody is to walk a route within a window.
        TourSchedule = "tour.schedule";
        /// The walk begins.
        TourStart = "tour.start";
        /// The walk is over.
        TourFinish = "tour.finish";
        /// Visitors of a zone are counted.
        CrowdCount = "crowd.count";
        /// Where somebody on duty went.
        TrackRecord = "track.record";
        /// A loss is reported.
        LossReport = "loss.report";
        /// Staff found what may be the lost thing.
        LossCandidate = "loss.candidate";
        /// The thing went back to its owner.
        LossReturn = "loss.return";
        /// The owner withdraws the report.
        LossWithdraw = "loss.withdraw";
        /// Something was found.
        FoundRegister = "found.register";
        /// It is put away.
        CustodyStore = "custody.store";
        /// A second person signs for it.
        CustodySign = "custody.sign";
        /// It is offered to another who is to hold it.
        CustodyHandOver = "custody.hand_over";
        /// They hold it now.
        CustodyAccept = "custody.accept";
        /// Another authority keeps it.
        FoundTransfer = "found.transfer";
        /// It is announced.
        FoundNotice = "found.notice";
        /// It goes back on the spot.
        FoundReturn = "found.return";
        /// It goes to whoever claimed it.
        FoundRelease = "found.release";
        /// The year has passed without a claim.
        FoundForfeit = "found.forfeit";
        /// What was forfeited is disposed of.
        FoundDispose = "found.dispose";
        /// Somebody says that a found thing is theirs.
        ClaimSubmit = "claim.submit";
        /// The desk asks what only the owner can know.
        ClaimQuestion = "claim.question";
        /// They answer.
        ClaimAnswer = "claim.answer";
        /// It is theirs.
        ClaimVerify = "claim.verify";
        /// It is not.
        ClaimReject = "claim.reject";
        /// They give up.
        ClaimWithdraw = "claim.withdraw";
        /// A named operation of checks is planned.
        CampaignPlan = "campaign.plan";
        /// It begins.
        CampaignStart = "campaign.start";
        /// It is over.
        CampaignClose = "campaign.close";
        /// Somebody is to visit a venue.
        InspectionPlan = "inspection.plan";
        /// A visit of a venue begins.
        InspectionStart = "inspection.start";
        /// The checklist is complete and handed in.
        InspectionSubmit = "inspection.submit";
        /// The desk takes the inspection.
        InspectionApprove = "inspection.approve";
        /// The desk sends the inspection back.
        InspectionReturn = "inspection.return";
        /// A hazard is found.
        HazardFind = "hazard.find";
        /// A hazard gets an owner and a due date.
        HazardAssign = "hazard.assign";
        /// Rectification begins.
        HazardStart = "hazard.start";
        /// The rectification is done and shown by photos.
        HazardRectify = "hazard.rectify";
        /// Somebody else looks at the rectification.
        HazardReinspect = "hazard.reinspect";
        /// A hazard is closed.
        HazardClose = "hazard.close";
        /// A hazard is rectified while the inspector is still there.
        HazardCloseOnSpot = "hazard.close_on_spot";
        /// The due date moves.
        HazardExtend = "hazard.extend";
        /// Another authority takes over.
        HazardRefer = "hazard.refer";
        /// It was none.
        HazardVoid = "hazard.void";
        /// A closed hazard is there again.
        HazardReopen = "hazard.reopen";
        /// The second person of a closing on the spot says so.
        HazardWitness = "hazard.witness";
        /// The venue's operator sends photos of the rectification.
        HazardEvidence = "hazard.evidence";
        /// A rectification notice is written.
        NoticeIssue = "notice.issue";
        /// The venue's operator signs it, or will not.
        NoticeSign = "notice.sign";
        /// Help is called for, passed on by 110, or a clue given.
        CallRaise = "call.raise";
        /// The desk says how bad a call is.
        CallTriage = "call.triage";
        /// Persons and units are sent.
        CallDispatch = "call.dispatch";
        /// Everyone on duty is sent.
        CallMuster = "call.muster";
        /// Those on scene are at work.
        CallHandle = "call.handle";
        /// A call is over.
        CallClose = "call.close";
        /// A call is not needed any more.
        CallCancel = "call.cancel";
        /// There was nothing.
        CallUnfounded = "call.unfounded";
        /// A call goes on as another one.
        CallMerge = "call.merge";
        /// A call was not over.
        CallReopen = "call.reopen";
        /// A phone has its assignment.
        AssignmentDeliver = "assignment.deliver";
        /// Whoever is sent says that they heard.
        AssignmentAcknowledge = "assignment.acknowledge";
        /// They set out.
        AssignmentEnRoute = "assignment.en_route";
        /// They are there.
        AssignmentArrive = "assignment.arrive";
        /// They are done.
        AssignmentClear = "assignment.clear";
        /// They cannot come.
        AssignmentDecline = "assignment.decline";
        /// The desk needs them no more.
        AssignmentRelease = "assignment.release";
        /// Somebody wants to be asked after.
        WelfareArm = "welfare.arm";
        /// They say that they are well.
        WelfareCancel = "welfare.cancel";
        /// The desk sees to an alarm.
        WelfareAcknowledge = "welfare.acknowledge";
        /// They are well.
        WelfareResolve = "welfare.resolve";
        /// They were all the time.
        WelfareFalseAlarm = "welfare.false_alarm";

        /// A publicity session is planned.
        PublicityPlan = "publicity.plan";
        /// It takes place.
        PublicityHold = "publicity.hold";
        /// Somebody else vouches for it.
        PublicityVerify = "publicity.verify";
        /// A batch of leaflets comes.
        LeafletsStock = "leaflets.stock";
        /// Leaflets leave the stock for a session.
        LeafletsIssue = "leaflets.issue";
        /// Some come back.
        LeafletsReturn = "leaflets.return";
        /// Some are spoilt or lost.
        LeafletsWaste = "leaflets.waste";
        /// A dispute is found.
        DisputeReport = "dispute.report";
        /// An officer looks at it.
        DisputeScreen = "dispute.screen";
        /// Mediation begins, by one of the two roads.
        DisputeMediate = "dispute.mediate";
        /// They try again.
        DisputeRetry = "dispute.retry";
        /// Another authority takes it.
        DisputeRefer = "dispute.refer";
        /// There is an agreement.
        DisputeAgree = "dispute.agree";
        /// The agreement was kept.
        DisputePerform = "dispute.perform";
        /// Somebody asked how things stand.
        DisputeRevisit = "dispute.revisit";
        /// A dispute is over.
        DisputeClose = "dispute.close";
        /// There is no agreement, or it was not kept.
        DisputeFail = "dispute.fail";
        /// The law takes its course.
        DisputeLegalRoute = "dispute.legal_route";
        /// The leading group adopts a plan.
        WorkPlanAdopt = "work_plan.adopt";
        /// A plan gets one more task.
        WorkPlanAddTask = "work_plan.add_task";
        /// A task's owner says that it is done.
        WorkPlanReport = "work_plan.report";
        /// The leading group agrees.
        WorkPlanAccept = "work_plan.accept";
        /// The leading group does not.
        WorkPlanReturn = "work_plan.return";
        /// A task has more time.
        WorkPlanExtend = "work_plan.extend";
        /// A task is not wanted any more.
        WorkPlanDrop = "work_plan.drop";
        /// A plan is over.
        WorkPlanConclude = "work_plan.conclude";
        /// Whoever was helped says how it was.
        RatingGive = "rating.give";
        /// A question was answered at the platform.
        ConsultationRecord = "consultation.record";
        /// Something is written into a post's book.
        DutyLogWrite = "duty_log.write";
        /// Somebody wants to pass a post on.
        HandoverOffer = "handover.offer";
        /// The next one has it.
        HandoverAccept = "handover.accept";
    }
}

impl Kind {
    /// The version of the body's shape that this version writes and reads.
    pub const SCHEMA_VERSION: u32 = 1;

    /// Whether the body has text that a person typed: its digest is then salted, so that a redacted text cannot be guessed.
    #[must_use]
    pub const fn has_free_text(self) -> bool {
        !matches!(self, Self::DeviceEnrol)
    }

    /// Whether somebody waits for it this very minute: it goes ahead of everything that its phone wrote earlier, as a hint. A hazard
    /// may be blocking an exit right now.
    #[must_use]
    pub const fn is_urgent(self) -> bool {
        matches!(
            self,
            Self::HazardFind
                | Self::CallRaise
                | Self::CallTriage
                | Self::CallDispatch
                | Self::CallMuster
                | Self::CallHandle
                | Self::CallClose
                | Self::CallCancel
                | Self::CallUnfounded
                | Self::CallMerge
                | Self::CallReopen
                | Self::AssignmentDeliver
                | Self::AssignmentAcknowledge
                | Self::AssignmentEnRoute
                | Self::AssignmentArrive
                | Self::AssignmentClear
                | Self::AssignmentDecline
                | Self::AssignmentRelease
                | Self::WelfareArm
                | Self::WelfareCancel
                | Self::WelfareAcknowledge
                | Self::WelfareResolve
                | Self::WelfareFalseAlarm
        )
    }
}

kinds! {
    /// What a document is.
    DocumentKind {
        /// The district itself.
        Site = "site";
        /// A grid patrol zone.
        Zone = "zone";
        /// A point that is visited.
        Checkpoint = "checkpoint";
        /// A round of checkpoints.
        Route = "route";
        /// Premises that are checked.
        Venue = "venue";
        /// A standing team.
        Unit = "unit";
        /// A road whose night density is watched.
        KeyRoad = "key_road";
        /// A post that must be staffed.
        DutyPost = "duty_post";
        /// An entry of the personnel base.
        Person = "person";
        /// One visit of a checkpoint.
        CheckIn = "check_in";
        /// A person on duty for a window.
        Shift = "shift";
        /// A walk of a route.
        Tour = "tour";
        /// Visitors of a zone at a time.
        CrowdCount = "crowd_count";
        /// A piece of the way that somebody on duty went.
        Track = "track";
        /// A loss.
        LostReport = "lost_report";
        /// A thing that was found.
        FoundItem = "found_item";
        /// What only its owner can know of it. Nobody receives it.
        FoundSecrets = "found_secrets";
        /// What anyone may know of it.
        FoundNotice = "found_notice";
        /// Somebody's word that a found thing is theirs.
        Claim = "claim";
        /// Questions of a safety check, with their versions.
        Checklist = "checklist";
        /// A named operation of checks.
        Campaign = "campaign";
        /// One visit of a venue.
        Inspection = "inspection";
        /// One hazard.
        Hazard = "hazard";
        /// A rectification notice.
        RectificationNotice = "rectification_notice";
        /// The last number of a year's notices. Nobody receives it.
        NoticeSerial = "notice_serial";
        /// A call for help, or a clue.
        Call = "call";
        /// What the desk keeps of a call for itself.
        CallFile = "call_file";
        /// One person or unit that was sent to a call.
        Assignment = "assignment";
        /// Somebody who is asked after.
        WelfareTimer = "welfare_timer";
        /// The codes of a timer. Its own phone receives them, and no other.
        WelfareCodes = "welfare_codes";
        /// The verdict of an operation, where it changed after its first answer.
        Verdict = "verdict";
        /// The word to a device that somebody was erased.
        Redaction = "redaction";
        /// Who shares a phone, for that phone alone.
        Holders = "holders";
        /// The last counter of an NFC tag. Nobody receives it.
        TagCounter = "tag_counter";

        /// What publicity speaks on.
        Topic = "topic";
        /// What publicity works with.
        Material = "material";
        /// One publicity session.
        PublicitySession = "publicity_session";
        /// A batch of leaflets.
        Leaflets = "leaflets";
        /// One dispute.
        Dispute = "dispute";
        /// A plan of the leading group.
        WorkPlan = "work_plan";
        /// What whoever was helped says of it.
        Rating = "rating";
        /// A question that was answered.
        Consultation = "consultation";
        /// An entry of a post's book.
        DutyLog = "duty_log";
        /// A post that passes to the next.
        Handover = "handover";
    }
}
