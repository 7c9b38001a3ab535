//! Where the CRM's belief and the head-end's state differ.
