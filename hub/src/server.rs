//! Serving a hub on a listener, until it is told to stop.

use std::future::Future;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, bail};
use axum::Router;
use axum::extract::Request;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum_server::Handle;
use axum_server::tls_rustls::RustlsConfig;
use liuye_core::sync::policy::REQUEST_TIMEOUT_MS;
use liuye_core::{Code, Error};

use crate::hub::Hub;
use crate::{api, desk, live, public};

/// How often held operations are looked at again, for those that waited too long.
const SWEEP_EVERY: Duration = Duration::from_secs(3600);

/// How often the hub looks for what is due: the fast response counts in seconds.
const TICK_EVERY: Duration = Duration::from_secs(1);

/// How long running requests may take to end once the hub is told to stop.
const DRAIN: Duration = Duration::from_secs(10);

/// A certificate and its key, PEM files.
#[derive(Debug, Clone)]
pub struct Tls {
    /// The chain, leaf first.
    pub cert: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

/// How to serve.
#[derive(Debug, Clone, Default)]
pub struct ServeConfig {
    /// Without it the hub speaks plain HTTP, on loopback only.
    pub tls: Option<Tls>,
}

/// Serves until `stop` is ready, then lets running requests end.
///
/// # Errors
/// A listener beyond loopback without TLS, certificates that cannot be read, a socket that fails.
pub async fn serve(
    hub: Hub,
    listener: TcpListener,
    config: ServeConfig,
    stop: impl Future<Output = ()> + Send + 'static,
) -> anyhow::Result<()> {
    let address = listener.local_addr()?;
    if config.tls.is_none() && !address.ip().is_loopback() {
        bail!("plain HTTP is for loopback only: give --tls-cert and --tls-key to listen on {address}");
    }
    listener.set_nonblocking(true)?;
    let sweeper = tokio::spawn(sweep(hub.clone()));
    let ticker = tokio::spawn(tick(hub.clone()));
    let watcher = tokio::spawn(live::watch(hub.clone()));
    hub.live().reopen();
    let lines = hub.live().clone();
    let handle = Handle::new();
    let stopping = handle.clone();
    tokio::spawn(async move {
        stop.await;
        // A live line would never end by itself.
        lines.close();
        stopping.graceful_shutdown(Some(DRAIN));
    });
    let in_time = router(hub, config.tls.is_some()).layer(middleware::from_fn(in_time));
    let service = in_time.into_make_service_with_connect_info::<SocketAddr>();
    match config.tls {
        Some(tls) => {
            // Another provider installed by the host is as good.
            let _ = rustls::crypto::ring::default_provider().install_default();
            let tls = RustlsConfig::from_pem_file(tls.cert, tls.key).await.context("the certificate or its key cannot be read")?;
            axum_server::from_tcp_rustls(listener, tls)?.handle(handle).serve(service).await?;
        }
        None => axum_server::from_tcp(listener)?.handle(handle).serve(service).await?,
    }
    sweeper.abort();
    ticker.abort();
    watcher.abort();
    Ok(())
}

/// Everything that the hub answers, without a socket: what [`serve`] puts on a listener. Requests carry their address as
/// [`axum::extract::ConnectInfo`]. `secure` says whether they come over TLS.
pub fn router(hub: Hub, secure: bool) -> Router {
    api::router(hub.clone()).merge(public::router(hub.clone())).merge(desk::router(hub, secure)).layer(middleware::from_fn(public::kindly))
}

async fn tick(hub: Hub) {
    let mut timer = tokio::time::interval(TICK_EVERY);
    // After a pause one look is enough: what was due meanwhile is still due.
    timer.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        timer.tick().await;
        let hub = hub.clone();
        match tokio::task::spawn_blocking(move || hub.tick()).await {
            Ok(Ok(_)) | Err(_) => {}
            Ok(Err(error)) => tracing::error!(code = %error.code, "what is due could not be done"),
        }
    }
}

/// Ends a sync for which its phone has stopped waiting: a body that never comes whole must not keep its place.
async fn in_time(request: Request, next: Next) -> Response {
    if !request.uri().path().ends_with("/sync") {
        return next.run(request).await;
    }
    match tokio::time::timeout(Duration::from_millis(REQUEST_TIMEOUT_MS), next.run(request)).await {
        Ok(response) => response,
        Err(_) => api::ApiError::try_again(Error::new(Code::HubBusy, "it took too long")).into_response(),
    }
}

async fn sweep(hub: Hub) {
    let mut timer = tokio::time::interval(SWEEP_EVERY);
    loop {
        timer.tick().await;
        let hub = hub.clone();
        match tokio::task::spawn_blocking(move || hub.sweep()).await {
            Ok(Ok(_)) | Err(_) => {}
            Ok(Err(error)) => tracing::error!(code = %error.code, "held operations could not be looked at"),
        }
    }
}
