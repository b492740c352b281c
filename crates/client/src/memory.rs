//! How the program takes memory from the system.

/// Makes all threads share what was freed. glibc gives each thread memory of its own: what a page of the server took on one
/// of them the next one does not use again, and a first pull took three times as much. For the start of a program, before
/// it has threads; with another allocator it does nothing.
pub fn share_between_threads() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    #[allow(unsafe_code)]
    // SAFETY: two numbers go in and only limits of the allocator change; any thread may call it at any time.
    unsafe {
        // Where it refuses, all stays as it was.
        libc::mallopt(libc::M_ARENA_MAX, 1);
    }
}
