//! The CRM side: reference data, the provisioning book, sessions.
