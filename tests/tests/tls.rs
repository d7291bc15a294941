//! A hub with TLS, as it stands anywhere but on loopback.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::net::TcpListener;
use std::sync::Arc;

use liuye_core::Code;
use liuye_core::companion::SyncReason;
use liuye_core::domain::DocumentKind;
use liuye_core::native::NativeTransport;
use liuye_hub::{ServeConfig, Tls, serve};
use liuye_tests::{District, open_phone};
use tokio::sync::oneshot;

#[test]
fn a_phone_enrols_and_syncs_over_tls_with_a_hub_that_it_trusts_and_with_no_other() {
    let district = District::open();
    let dir = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let tls = Tls { cert: dir.path().join("cert.pem"), key: dir.path().join("key.pem") };
    std::fs::write(&tls.cert, made.cert.pem()).unwrap();
    std::fs::write(&tls.key, made.signing_key.serialize_pem()).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = runtime.spawn(serve(district.hub().clone(), listener, ServeConfig { tls: Some(tls) }, async {
        let _ = stopped.await;
    }));
    let url = format!("https://localhost:{port}");

    let stranger = open_phone(&district.phone_path("stranger"), Arc::new(NativeTransport::new()));
    let code = district.code(Some("p-011"));
    let refused = stranger.enrol(&url, &code).unwrap_err().code;
    assert!(matches!(refused, Code::Offline | Code::LineCut), "{refused}");
    assert_eq!(stranger.identity().unwrap().site, None);

    let trusting = Arc::new(NativeTransport::trusting(&made.cert.pem()).unwrap());
    let phone = open_phone(&district.phone_path("phone"), trusting);
    let plain = phone.enrol(&format!("http://localhost:{port}"), &code).unwrap_err().code;
    assert!(matches!(plain, Code::LineCut | Code::AnswerInvalid | Code::Offline), "{plain}");
    phone.enrol(&url, &code).unwrap();
    let report = phone.sync(SyncReason::User).unwrap();
    assert_eq!(report.blocked_reason, None);
    assert_eq!(phone.documents(DocumentKind::Zone, liuye_core::companion::Page::first(10)).unwrap().len(), 5);

    stop.send(()).unwrap();
    runtime.block_on(serving).unwrap().unwrap();
    assert_eq!(NativeTransport::trusting("no certificate").unwrap_err().code, Code::Malformed);
}

#[test]
fn plain_http_is_for_loopback_alone() {
    let district = District::open();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let listener = TcpListener::bind("0.0.0.0:0").unwrap();
    let refused = runtime.block_on(serve(district.hub().clone(), listener, ServeConfig::default(), std::future::pending())).unwrap_err();
    assert!(refused.to_string().contains("--tls-cert"), "{refused}");
}
