//! Whom to send: who suits before who does not, who is free before who is not, then the nearest.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use liuye_core::domain::{Available, CallCategory, Coordinate, Datum, Force, Responder, Trade, send_hints};
use proptest::prelude::*;

fn at(lat: f64, lon: f64) -> Coordinate {
    Coordinate::new(lat, lon, Datum::Wgs84).unwrap()
}

/// A patrol of the auxiliary police in z1, nowhere seen.
fn patrol(id: &str) -> Available {
    Available {
        responder: Responder::Person { person: id.to_owned() },
        on_duty: vec![id.to_owned()],
        forces: vec![Force::Auxiliary],
        trades: vec![Trade::Patrol],
        zones: vec!["z1".to_owned()],
        seen: None,
        is_busy: false,
    }
}

fn order(category: CallCategory, place: Option<&Coordinate>, available: &[Available]) -> Vec<String> {
    send_hints(category, Some("z1"), place, available).into_iter().map(|hint| hint.responder.id().to_owned()).collect()
}

#[test]
fn an_offence_needs_police_and_a_life_whoever_was_trained_to_save_one() {
    let police = Available { forces: vec![Force::Police], trades: vec![], ..patrol("police") };
    let rescuer = Available { forces: vec![Force::Guard], trades: vec![Trade::EmergencyRescue], ..patrol("rescuer") };
    let available = [patrol("a-patrol"), rescuer, police];
    assert_eq!(order(CallCategory::Affray, None, &available)[0], "police");
    assert_eq!(order(CallCategory::Drowning, None, &available)[0], "rescuer");
    assert_eq!(order(CallCategory::LostPerson, None, &available)[0], "a-patrol");
    let suits = |category| send_hints(category, None, None, &available).iter().filter(|hint| hint.suits).count();
    assert_eq!((suits(CallCategory::Theft), suits(CallCategory::Fire), suits(CallCategory::Traffic)), (1, 1, 2));
}

#[test]
fn the_nearest_goes_first_and_whoever_is_on_another_call_last_of_those_who_suit() {
    let place = at(29.045, 111.690);
    let seen = |id: &str, lat: f64| Available { seen: Some(at(lat, 111.690)), ..patrol(id) };
    let far_zone = Available { zones: vec!["z5".to_owned()], ..patrol("elsewhere") };
    let busy = Available { is_busy: true, ..seen("busy", 29.045) };
    let available = [far_zone, busy, seen("far", 29.065), patrol("in-the-zone"), seen("near", 29.046)];
    // Near is 111 m away, far 2.2 km; somewhere in the zone is a kilometre.
    assert_eq!(order(CallCategory::Quarrel, Some(&place), &available), ["near", "in-the-zone", "far", "elsewhere", "busy"]);
    let hints = send_hints(CallCategory::Quarrel, Some("z1"), Some(&place), &available);
    assert_eq!((hints[0].distance_m, hints[1].distance_m, hints[1].is_in_zone), (Some(111), None, true));
    // Where nobody knows where the call is, its zone decides.
    assert_eq!(order(CallCategory::Quarrel, None, &available)[3], "elsewhere");
}

proptest! {
    #[test]
    fn the_order_in_which_they_are_known_says_nothing(seed in proptest::collection::vec((any::<bool>(), any::<bool>(), 0_u8..4), 1..12).prop_shuffle()) {
        let available: Vec<_> = seed.iter().enumerate().map(|(index, (is_busy, is_police, steps))| Available {
            is_busy: *is_busy,
            forces: vec![if *is_police { Force::Police } else { Force::Guard }],
            seen: (*steps > 0).then(|| at(29.045 + f64::from(*steps) / 1000.0, 111.690)),
            ..patrol(&format!("p-{index:02}"))
        }).collect();
        let place = at(29.045, 111.690);
        let mut turned = available.clone();
        turned.reverse();
        prop_assert_eq!(order(CallCategory::Affray, Some(&place), &available), order(CallCategory::Affray, Some(&place), &turned));
        let hints = send_hints(CallCategory::Affray, Some("z1"), Some(&place), &available);
        prop_assert_eq!(hints.len(), available.len(), "a hint leaves nobody out");
        prop_assert!(hints.windows(2).all(|pair| (!pair[0].suits, !pair[0].is_free) <= (!pair[1].suits, !pair[1].is_free)));
    }
}
