//! Work that waits for the disk.

use liuye_core::Error;

/// Runs work that waits for the disk off the threads that serve connections.
pub(crate) async fn blocking<T, E>(work: impl FnOnce() -> Result<T, E> + Send + 'static) -> Result<T, E>
where
    T: Send + 'static,
    E: From<Error> + Send + 'static,
{
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| Err(Error::internal("a handler ended early").into()))
}
