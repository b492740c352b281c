//! Places for those who listen to wake-ups: so many in all, and so many for each actor.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use domain::ActorId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Listeners at the same time.
const LISTENERS_MAX: usize = 10_000;
/// Listeners of one actor at the same time: every device of theirs has one.
pub const LISTENERS_OF_ACTOR_MAX: u32 = 64;

/// Places for listeners.
pub struct Places {
    free: Arc<Semaphore>,
    taken: Mutex<HashMap<ActorId, u32>>,
}

impl Default for Places {
    fn default() -> Self {
        Self { free: Arc::new(Semaphore::new(LISTENERS_MAX)), taken: Mutex::default() }
    }
}

/// Why there is no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoPlace {
    /// All are taken.
    Full,
    /// The actor has all that one can have.
    OfActor,
}

/// A place; free again when it is dropped.
pub struct Place {
    places: Arc<Places>,
    actor: ActorId,
    _free: OwnedSemaphorePermit,
}

impl Places {
    fn taken(&self) -> std::sync::MutexGuard<'_, HashMap<ActorId, u32>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on there are at most so many, so that listeners leave connections to others. Before the first is taken.
    pub fn at_most(&self, most: usize) {
        self.free.forget_permits(self.free.available_permits().saturating_sub(most));
    }

    /// Places that are taken.
    pub fn count(&self) -> u64 {
        self.taken().values().map(|count| u64::from(*count)).sum()
    }

    /// Takes a place.
    ///
    /// # Errors
    /// [`NoPlace`].
    pub fn take(self: &Arc<Self>, actor: &ActorId) -> Result<Place, NoPlace> {
        let free = Arc::clone(&self.free).try_acquire_owned().map_err(|_| NoPlace::Full)?;
        let mut taken = self.taken();
        let own = taken.entry(actor.clone()).or_default();
        if *own >= LISTENERS_OF_ACTOR_MAX {
            return Err(NoPlace::OfActor);
        }
        *own += 1;
        Ok(Place { places: Arc::clone(self), actor: actor.clone(), _free: free })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken();
        if let Some(own) = taken.get_mut(&self.actor) {
            *own -= 1;
            if *own == 0 {
                taken.remove(&self.actor);
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn one_actor_leaves_places_to_others_and_gives_back_what_it_took() {
        let places = Arc::new(Places::default());
        places.at_most(LISTENERS_OF_ACTOR_MAX as usize + 1);
        let (shop, ops): (ActorId, ActorId) = ("shop".parse().unwrap(), "ops".parse().unwrap());
        let mut own: Vec<Place> = (0..LISTENERS_OF_ACTOR_MAX).map(|_| places.take(&shop).unwrap()).collect();
        assert_eq!(places.take(&shop).err(), Some(NoPlace::OfActor));
        let other = places.take(&ops).unwrap();
        assert_eq!(places.count(), u64::from(LISTENERS_OF_ACTOR_MAX) + 1);
        assert_eq!(places.take(&ops).err(), Some(NoPlace::Full));
        own.pop();
        assert!(places.take(&shop).is_ok());
        drop((own, other));
        assert_eq!((places.count(), places.taken().len()), (0, 0));
    }
}
