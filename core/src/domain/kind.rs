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
        /// One visit of a venue.
        Inspection = "inspection";
        /// One hazard.
        Hazard = "hazard";
        /// The verdict of an operation, where it changed after its first answer.
        Verdict = "verdict";
        /// The last counter of an NFC tag. Nobody receives it.
        TagCounter = "tag_counter";
    }
}
