//! The `conax-sim` program. Everything is in the library, so that tests can call it.

fn main() -> std::process::ExitCode {
    conax_cli::run(std::env::args_os())
}
