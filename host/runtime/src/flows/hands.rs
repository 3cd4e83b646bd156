//! Who may have how many hands: few a target, some kept for flows, and one that flows leave to automations.

use crate::actor::Actor;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use sunmao_store::Share;
use tokio::sync::Notify;

/// Hands for each call that the ERP may be asked at once: while one waits for the ERP, another maps or commits.
const A_CALL: usize = 2;
/// The fewest and the most that a host has.
const FEWEST: usize = 4;
const MOST: usize = 256;

/// The hands of a host: so many deliveries are handled at once.
#[derive(Debug)]
pub(super) struct Hands {
    total: u32,
    taken: Mutex<BTreeMap<String, u32>>,
    /// Told of each that is free again.
    freed: Arc<Notify>,
}

/// One hand, for as long as a delivery of the target is handled.
#[derive(Debug)]
pub(super) struct Hand {
    hands: Arc<Hands>,
    target: String,
}

/// Which of the targets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Group {
    /// Flows.
    Flows,
    /// Plugins and scripts that hear events.
    Automations,
}

impl Group {
    fn of(target: &str) -> Self {
        match target.parse() {
            Ok(Actor::Flow(_)) => Group::Flows,
            _ => Group::Automations,
        }
    }
}

impl Hands {
    /// The hands for an ERP that may be asked so many calls at once.
    pub fn new(concurrency: usize, freed: Arc<Notify>) -> Self {
        let total = concurrency.saturating_mul(A_CALL).clamp(FEWEST, MOST);
        Hands {
            total: u32::try_from(total).unwrap_or(u32::MAX),
            taken: Mutex::default(),
            freed,
        }
    }

    /// Hands that only flows get.
    fn kept_for_flows(&self) -> u32 {
        (self.total / 4).max(1)
    }

    /// How many of a group may have at most.
    fn limit(&self, group: Group) -> u32 {
        match group {
            Group::Flows => self.total - 1,
            Group::Automations => self.total - self.kept_for_flows(),
        }
    }

    /// How many a target may have at most: a flow leaves a quarter to the others, an automation half.
    fn share(&self, group: Group) -> u32 {
        match group {
            Group::Flows => self.total - self.kept_for_flows(),
            Group::Automations => self.total / 2,
        }
    }

    /// How many more a group may take now.
    pub fn room(&self, group: Group) -> u32 {
        let taken = self.taken();
        let all: u32 = taken.values().sum();
        let of_group = taken.iter().filter(|(target, _)| Group::of(target) == group);
        let of_group: u32 = of_group.map(|(_, hands)| hands).sum();
        let free = self.total.saturating_sub(all);
        free.min(self.limit(group).saturating_sub(of_group))
    }

    /// What each of these targets of a group may take now; whoever has the fewest comes first. Those that have their share
    /// are left out.
    pub fn shares(&self, group: Group, targets: impl IntoIterator<Item = String>) -> Vec<Share> {
        let taken = self.taken();
        let held = |target: &str| taken.get(target).copied().unwrap_or_default();
        let mut shares: Vec<Share> = targets
            .into_iter()
            .map(|target| Share {
                limit: self.share(group).saturating_sub(held(&target)),
                target,
            })
            .filter(|share| share.limit > 0)
            .collect();
        shares.sort_by_key(|share| held(&share.target));
        shares
    }

    /// Takes a hand for a target.
    pub fn take(self: &Arc<Self>, target: &str) -> Hand {
        *self.taken().entry(target.to_owned()).or_default() += 1;
        Hand {
            hands: self.clone(),
            target: target.to_owned(),
        }
    }

    fn taken(&self) -> MutexGuard<'_, BTreeMap<String, u32>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Hand {
    fn drop(&mut self) {
        let mut taken = self.hands.taken();
        if let Some(hands) = taken.get_mut(&self.target) {
            *hands = hands.saturating_sub(1);
            if *hands == 0 {
                taken.remove(&self.target);
            }
        }
        drop(taken);
        self.hands.freed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hands(concurrency: usize) -> Arc<Hands> {
        Arc::new(Hands::new(concurrency, Arc::default()))
    }

    fn limits(hands: &Hands, group: Group, targets: &[&str]) -> Vec<(String, u32)> {
        let targets = targets.iter().map(|target| (*target).to_owned());
        let shares = hands.shares(group, targets);
        shares
            .into_iter()
            .map(|share| (share.target, share.limit))
            .collect()
    }

    #[test]
    fn a_larger_concurrency_has_more_hands() {
        let totals = [0, 1, 2, 4, 16, usize::MAX].map(|concurrency| hands(concurrency).total);
        assert_eq!(totals, [4, 4, 4, 8, 32, 256]);
    }

    #[test]
    fn automations_that_take_all_they_get_leave_hands_to_flows() {
        let hands = hands(4);
        let mut taken = Vec::new();
        for target in ["plugin a", "plugin b", "plugin c"] {
            let share = limits(&hands, Group::Automations, &[target]);
            let share = share.first().map_or(0, |(_, limit)| *limit);
            for _ in 0..share.min(hands.room(Group::Automations)) {
                taken.push(hands.take(target));
            }
        }
        let of = |target: &str| taken.iter().filter(|hand| hand.target == target).count();
        assert_eq!([of("plugin a"), of("plugin b"), of("plugin c")], [4, 2, 0]);
        assert_eq!(hands.room(Group::Flows), 2);
        // Whoever has none comes first to the next that is free.
        taken.remove(0);
        let next = limits(&hands, Group::Automations, &["plugin a", "plugin b", "plugin c"]);
        let names: Vec<&str> = next.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["plugin c", "plugin b", "plugin a"]);
        assert_eq!(hands.room(Group::Automations), 1);
    }

    #[test]
    fn flows_leave_a_hand_to_automations_and_a_quarter_to_each_other() {
        let hands = hands(4);
        let _push: Vec<Hand> = (0..6).map(|_| hands.take("flow push")).collect();
        assert_eq!(
            limits(&hands, Group::Flows, &["flow push", "flow pull"]),
            [("flow pull".to_owned(), 6)]
        );
        assert_eq!(hands.room(Group::Flows), 1);
        let _pull = hands.take("flow pull");
        assert_eq!((hands.room(Group::Flows), hands.room(Group::Automations)), (0, 1));
    }

    #[tokio::test]
    async fn a_hand_that_is_free_again_is_told_of() {
        let freed = Arc::new(Notify::new());
        let hands = Arc::new(Hands::new(1, freed.clone()));
        drop(hands.take("plugin a"));
        freed.notified().await;
        assert!(hands.taken().is_empty());
    }
}
