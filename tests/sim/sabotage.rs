//! What is broken on purpose between a phone and the hub: the negative controls of the promises.

use liuye_core::env::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

use super::world::{Sabotage, World};

/// What a saboteur makes of an exchange; none where it leaves it alone.
pub(super) fn exchange(world: &World, phone: usize, request: &HttpRequest) -> Option<HttpResponse> {
    if !request.url.ends_with("/sync") {
        return None;
    }
    match world.sabotage? {
        Sabotage::DeafHub if phone == 0 && world.is_healed() => Some(HttpResponse { status: 503, headers: Vec::new(), body: Vec::new() }),
        // Once in a while would not do: the next true answer names the gap, and the phone sends again.
        Sabotage::HastyAcknowledgement if phone == 0 => acknowledge_what_is_dropped(world, request),
        Sabotage::SkippedChange => {
            let answer = world.deliver(request)?;
            Some(if world.chance.one_in(6) { without_a_change(answer) } else { without_digest(answer) })
        }
        _ => None,
    }
}

/// Sends the request on without its operations, and says that they were taken in.
fn acknowledge_what_is_dropped(world: &World, request: &HttpRequest) -> Option<HttpResponse> {
    let asked: Value = serde_json::from_slice(&request.body).ok()?;
    let operations = asked["operations"].as_array()?;
    let last = operations.last()?;
    let verdicts: Vec<_> = operations.iter().map(|operation| json!({ "operation": operation["id"], "verdict": "applied" })).collect();
    let answer = json!({
        "acked": { "epoch": asked["epoch"], "seq": last["seq"] },
        "verdicts": verdicts,
        "changes": [],
        "cursor": asked["cursor"].as_str().unwrap_or_default(),
        "more": false,
        "log_epoch": 1,
        "durable_through": 0,
        "position": 0,
        "server_time": world.time.now(),
        "backoff_ms": 0,
        "scope_version": 1,
        "nonce": "",
    });
    Some(HttpResponse { status: 200, headers: Vec::new(), body: serde_json::to_vec(&answer).ok()? })
}

fn without_a_change(answer: HttpResponse) -> HttpResponse {
    changed(answer, |body| {
        if let Some(changes) = body["changes"].as_array_mut() {
            changes.pop();
        }
        body.as_object_mut().map(|body| body.remove("digest"));
    })
}

fn without_digest(answer: HttpResponse) -> HttpResponse {
    changed(answer, |body| {
        body.as_object_mut().map(|body| body.remove("digest"));
    })
}

fn changed(mut answer: HttpResponse, change: impl FnOnce(&mut Value)) -> HttpResponse {
    if let (200, Ok(mut body)) = (answer.status, serde_json::from_slice::<Value>(&answer.body)) {
        change(&mut body);
        answer.body = serde_json::to_vec(&body).unwrap_or_default();
    }
    answer
}
