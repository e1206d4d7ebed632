//! The homeregion binary.

fn main() -> std::process::ExitCode {
    homeregion::main()
}
