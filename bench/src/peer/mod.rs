//! The contenders: how each is installed, started and spoken to.

pub mod homeregion;
pub mod influx;
pub mod moto;
pub mod nginx;
pub mod npm;
pub mod pypi;
pub mod signed;
pub mod tools;
pub mod verdaccio;
pub mod victoria;
