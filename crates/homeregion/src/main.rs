//! The homeregion binary.

/// Gives back what a burst of package downloads used; with the system's allocator its arenas keep six times as much.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    homeregion::main()
}
