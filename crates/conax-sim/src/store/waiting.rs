//! No answer leaves before what it tells is kept.

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::middleware::{self, Next};
use axum::response::Response;

use super::{NotKept, Store};

/// The same API, whose answers wait until all that was changed before is kept; while nothing is
/// kept, calls are answered by `refuse`, but for those that only ask how the simulator is.
pub(crate) fn answers_what_is_kept(
    router: Router,
    store: Option<&Arc<Store>>,
    refuse: fn(&NotKept) -> Response,
) -> Router {
    let Some(store) = store.map(Arc::clone) else {
        return router;
    };
    router.layer(middleware::from_fn(move |call: Request, next: Next| {
        let store = Arc::clone(&store);
        async move {
            if asks_how_it_is(call.uri().path()) {
                return next.run(call).await;
            }
            if let Some(failure) = store.failure() {
                return refuse(&failure);
            }
            let answer = next.run(call).await;
            match store.kept().await {
                Ok(()) => answer,
                Err(failure) => refuse(&failure),
            }
        }
    }))
}

fn asks_how_it_is(path: &str) -> bool {
    matches!(path, "/v1/health" | "/v1/ready" | "/v1/metrics" | "/v1/version")
}
