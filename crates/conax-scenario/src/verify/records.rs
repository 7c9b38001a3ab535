//! The CA ids a target's file tells, for the witness.

use super::world::{Named, TargetWorld};
use crate::conformance::{Kind, Records};

impl TargetWorld {
    /// The CA ids of everything it names.
    #[must_use]
    pub fn records(&self) -> Records {
        let mut records = Records::default();
        let order = self.rejected.as_ref();
        let smartcards = self.smartcards.iter();
        let smartcards =
            smartcards.chain(&self.smartcard_elsewhere).chain(order.map(|order| &order.smartcard));
        for smartcard in smartcards {
            smartcard.tell(Kind::Smartcard, &mut records);
        }
        let services = self.service.iter().chain(&self.service_elsewhere);
        for service in services.chain(order.map(|order| &order.service)) {
            service.tell(Kind::Service, &mut records);
        }
        records
    }
}

impl Named {
    /// Tells its CA id, if it is known.
    pub(crate) fn tell(&self, kind: Kind, records: &mut Records) {
        let Some(ca_id) = &self.ca_id else { return };
        let identifiers: Vec<_> = self.keys().filter_map(|key| self.by(key)).collect();
        let keys = identifiers.iter().filter_map(|identifier| {
            let (key, value) = identifier.as_object()?.iter().next()?;
            Some((key.as_str(), value.as_str()?))
        });
        records.add(kind, ca_id, keys);
    }
}
