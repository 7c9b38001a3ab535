//! Laws and looks of the reports.
