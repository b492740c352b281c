//! The command line.

use std::net::SocketAddr;

use clap::{Args, Parser, Subcommand};
use domain::Role;

use crate::accounts::NewAccount;
use crate::demo;
use crate::service::{Config, DemoConfig, TOMBSTONE_DAYS};

/// The backend of Merchant Console. Its first line on standard output is {"listening":"http://HOST:PORT"};
/// messages go to standard error (RUST_LOG sets how many). SIGTERM or ctrl-c stops it gracefully.
#[derive(Debug, Parser)]
#[command(name = "merchant-console-server", version, args_conflicts_with_subcommands = true)]
pub struct Cli {
    /// What to do instead of serving.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// How to serve.
    #[command(flatten)]
    pub serve: Serve,
}

/// How to serve.
#[derive(Debug, Args)]
pub struct Serve {
    /// Where to listen; port 0 takes any free one
    #[arg(long, default_value = "127.0.0.1:8787", env = "MERCHANT_CONSOLE_LISTEN")]
    pub listen: SocketAddr,
    /// The database: sqlite:FILE
    #[arg(long, default_value = "sqlite:merchant-console.db", env = "DATABASE_URL")]
    pub database: String,
    /// Make N demo merchants in an empty database, the demo users shop, ops and admin, and running demo kitchens
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=i64::from(demo::MERCHANTS_MAX)))]
    pub demo: Option<u32>,
    /// The seed of the demo data: the same seed gives the same data
    #[arg(long, value_name = "S", default_value_t = demo::SEED)]
    pub seed: u64,
    /// Remember deletions for D days; a device that was away longer fetches everything anew
    #[arg(long, value_name = "D", default_value_t = TOMBSTONE_DAYS, value_parser = clap::value_parser!(u32).range(1..=36_500))]
    pub tombstone_days: u32,
}

impl Serve {
    /// What to serve.
    pub fn config(self) -> Config {
        let demo = self.demo.map(|merchants| DemoConfig { merchants, seed: self.seed, kitchens: demo::KITCHENS });
        Config { listen: self.listen, database: self.database, demo, tombstone_days: self.tombstone_days }
    }
}

/// What to do instead of serving.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Programs that sign in with a secret
    Client {
        /// What to do.
        #[command(subcommand)]
        action: ClientAction,
    },
    /// People who sign in with a password
    User {
        /// What to do.
        #[command(subcommand)]
        action: UserAction,
    },
}

/// Programs.
#[derive(Debug, Subcommand)]
pub enum ClientAction {
    /// Add a program and print its secret, once; works while the server runs
    Add {
        /// Who.
        #[command(flatten)]
        who: Who,
        /// Print one JSON document instead of the bare secret
        #[arg(long)]
        json: bool,
    },
    /// Print another secret for a program, once; the old one and its sign-ins are void at once
    Secret {
        /// Whose.
        #[command(flatten)]
        whose: Whose,
        /// Print one JSON document instead of the bare secret
        #[arg(long)]
        json: bool,
    },
    /// Remove a program; its sign-ins are void at once
    Remove {
        /// Whom.
        #[command(flatten)]
        whose: Whose,
    },
}

/// People.
#[derive(Debug, Subcommand)]
pub enum UserAction {
    /// Add a person; the password is the first line of standard input; works while the server runs
    Add {
        /// Who.
        #[command(flatten)]
        who: Who,
        /// Print one JSON document
        #[arg(long)]
        json: bool,
    },
    /// Give a person another password, the first line of standard input; sign-ins with the old one are void at once
    Password {
        /// Whose.
        #[command(flatten)]
        whose: Whose,
    },
    /// Remove a person; their sign-ins are void at once, what they did stays
    Remove {
        /// Whom.
        #[command(flatten)]
        whose: Whose,
    },
}

/// Somebody who is there.
#[derive(Debug, Args)]
pub struct Whose {
    /// The database: sqlite:FILE
    #[arg(long, env = "DATABASE_URL")]
    pub database: String,
    /// The sign-in name
    #[arg(long)]
    pub id: String,
}

/// Who shall be added.
#[derive(Debug, Args)]
pub struct Who {
    /// The database: sqlite:FILE
    #[arg(long, env = "DATABASE_URL")]
    pub database: String,
    /// The sign-in name: 1 to 64 letters, digits, - _ . : or @
    #[arg(long)]
    pub id: String,
    /// merchant, operations or administrator
    #[arg(long, value_parser = role)]
    pub role: Role,
    /// The name that people see; the sign-in name if absent
    #[arg(long)]
    pub name: Option<String>,
    /// Only merchants whose id starts with one of these; all if absent
    #[arg(long, value_name = "PREFIX,…", value_delimiter = ',')]
    pub merchants: Vec<String>,
}

fn role(text: &str) -> Result<Role, String> {
    text.parse().map_err(|problem: domain::Problem| problem.title)
}

impl Who {
    /// The account.
    pub fn account(self) -> NewAccount {
        NewAccount { id: self.id, role: self.role, name: self.name, merchants: self.merchants }
    }
}
