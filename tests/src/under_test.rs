//! The `conax-sim` program under the name of this package, so that its tests find it.

fn main() -> std::process::ExitCode {
    conax_cli::run(std::env::args_os())
}
