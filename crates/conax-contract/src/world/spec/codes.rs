//! The documented codes, as words of a world file.

use crate::crm::{LifeCycleState, Priority, RequestType};
use crate::text::words_of_lists;

words_of_lists!(RequestType, Priority, LifeCycleState);
