//! A long list, written while it is sent: its requests are shared with the book, and only a piece
//! of its text is in memory at a time.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use conax_contract::crm::{FieldsSet, ListWriter, Writing};
use conax_model::crm::ProvisioningRequest;
use hyper::body::{Body, Frame};

/// Bytes of text that are written before they are sent.
const PIECE_BYTES: usize = 64 << 10;

/// The text of a list, piece by piece.
pub(super) struct ListBody {
    rows: std::vec::IntoIter<Arc<ProvisioningRequest>>,
    list: ListWriter,
    begun: Vec<u8>,
    is_over: bool,
}

impl ListBody {
    pub(super) fn new(
        writing: Writing,
        fields: FieldsSet,
        rows: Vec<Arc<ProvisioningRequest>>,
    ) -> Self {
        let (list, begun) = ListWriter::begin(writing, fields);
        Self { rows: rows.into_iter(), list, begun, is_over: false }
    }

    fn next_piece(&mut self) -> Vec<u8> {
        let mut piece = std::mem::take(&mut self.begun);
        piece.reserve(PIECE_BYTES);
        while piece.len() < PIECE_BYTES {
            match self.rows.next() {
                Some(row) => self.list.item(&row, &mut piece),
                None => {
                    ListWriter::end(&mut piece);
                    self.is_over = true;
                    break;
                }
            }
        }
        piece
    }
}

impl Body for ListBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.is_over {
            return Poll::Ready(None);
        }
        Poll::Ready(Some(Ok(Frame::data(self.next_piece().into()))))
    }

    fn is_end_stream(&self) -> bool {
        self.is_over
    }
}
