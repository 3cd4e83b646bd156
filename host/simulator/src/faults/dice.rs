//! Chance, by seed: which fault happens to the next call.

use super::{Fault, Faults};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sunmao_catalogue::Operation;

/// The stream of the seed's randomness that faults come from, apart from data and tokens.
const STREAM: u64 = 0xFA17;

/// The stream that says which part of a save is lost, and whether; a fault that came later leaves the others alone.
const PART_STREAM: u64 = 0xFA18;

/// The faults in force, and the chance that they happen by.
pub(crate) struct Dice {
    faults: Faults,
    random: ChaCha8Rng,
    part: ChaCha8Rng,
}

impl Dice {
    pub(crate) fn new(seed: u64, faults: Faults) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        random.set_stream(STREAM);
        let mut part = ChaCha8Rng::seed_from_u64(seed);
        part.set_stream(PART_STREAM);
        Dice { faults, random, part }
    }

    pub(crate) fn faults(&self) -> &Faults {
        &self.faults
    }

    /// Puts other faults in force. Chance goes on from where it is.
    pub(crate) fn set(&mut self, faults: Faults) {
        self.faults = faults;
    }

    /// The fault of the next call, which is one of this operation: the first that chance picks. Every fault has one
    /// draw in every call, so that the likelihood of one changes nothing for the others.
    pub(crate) fn throw(&mut self, operation: &Operation) -> Option<Fault> {
        if self.faults.is_empty() {
            return None;
        }
        let draws = Fault::ALL.map(|fault| match fault {
            Fault::PartlySaved => (fault, self.part.random::<f64>()),
            fault => (fault, self.random.random::<f64>()),
        });
        draws
            .into_iter()
            .find(|(fault, draw)| *draw < self.faults.probability(*fault) && fault.applies_to(operation))
            .map(|(fault, _)| fault)
    }

    /// Which fields of a save are lost where a part of it is: any number that says so, bit by bit.
    pub(crate) fn lost_part(&mut self) -> u64 {
        self.part.random()
    }
}

#[cfg(test)]
mod tests {
    use super::{Dice, Fault};
    use sunmao_catalogue::Catalogue;

    fn thrown(seed: u64, faults: &str, name: &str) -> Vec<Option<Fault>> {
        let catalogue = Catalogue::shared();
        let operation = catalogue.find(name).unwrap();
        let mut dice = Dice::new(seed, faults.parse().unwrap());
        (0..400).map(|_| dice.throw(operation)).collect()
    }

    #[test]
    fn chance_is_the_seeds_and_one_fault_leaves_the_others_alone() {
        let (few, more) = ("empty=0.3", "html=0.1,empty=0.3");
        let few = thrown(1, few, "customers.list");
        assert_eq!(few, thrown(1, "empty=0.3", "customers.list"));
        assert_ne!(few, thrown(2, "empty=0.3", "customers.list"));
        let hits = few.iter().flatten().count();
        assert!((80..160).contains(&hits), "{hits}");
        for (few, more) in few.into_iter().zip(thrown(1, more, "customers.list")) {
            assert!(more == few || more == Some(Fault::Html));
        }
    }

    #[test]
    fn faults_happen_to_the_calls_that_can_have_them() {
        for (fault, can, cannot) in [
            ("unsaved-success", "customers.save-company", "customers.list"),
            ("partly-saved", "customers.create", "customers.assign"),
            ("row-inserted", "customers.list", "customers.get"),
            ("row-deleted", "customers.list", "customers.save-company"),
            ("login-error", "session.login", "customers.list"),
            ("server-error", "customers.get", "session.login"),
            ("torn", "customers.get", "session.logout"),
        ] {
            let certain = format!("{fault}=1");
            assert!(thrown(1, &certain, can).iter().all(Option::is_some), "{fault}");
            assert!(thrown(1, &certain, cannot).iter().all(Option::is_none), "{fault}");
        }
    }
}
