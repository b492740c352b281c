//! How the program takes memory from the system.
//!
//! jemalloc with one arena for all threads (`.cargo/config.toml`): what a page of the server took on one thread the next
//! one uses again, and each thread keeps a little at hand, so that two that work on a page do not wait for each other. With
//! glibc it is one or the other.

/// For every program that has this library.
#[cfg(not(target_env = "msvc"))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Makes threads share what SQLite and the window's library, which are C, have freed. For the start of a program, before
/// it has threads; with another C library it does nothing.
pub fn share_between_threads() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    #[allow(unsafe_code)]
    // SAFETY: two numbers go in and only limits of the allocator change; any thread may call it at any time.
    unsafe {
        // Where it refuses, all stays as it was.
        libc::mallopt(libc::M_ARENA_MAX, 1);
    }
}
