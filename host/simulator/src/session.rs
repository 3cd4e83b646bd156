//! Logins and sessions: one account, a captcha after three failures, tokens that end after some hours or a
//! number of calls.

use crate::clock::Clock;
use crate::options::Options;
use crate::variant::Variant;
use jiff::SignedDuration;
use jiff::civil::DateTime;
use rand::{Rng, SeedableRng, distr::Alphanumeric};
use rand_chacha::ChaCha8Rng;
use std::collections::HashMap;
use sunmao_catalogue::{Record, Value};

/// Wrong passwords before the captcha is asked for.
const FAILURES_BEFORE_CAPTCHA: u32 = 3;

/// Longest device name that the vendor's pages allow, in characters.
const DEVICE_NAME: usize = 20;

/// The living sessions and the login counter.
pub(crate) struct Sessions {
    variant: Variant,
    username: String,
    password: String,
    calls: Option<u64>,
    /// How long a session lasts.
    lasts: SignedDuration,
    clock: Clock,
    living: HashMap<String, Session>,
    failures: u32,
    logins: u64,
    captcha: String,
    random: ChaCha8Rng,
}

struct Session {
    /// The name of the device that logged in; empty behind a gateway.
    device: String,
    began: DateTime,
    /// Business calls so far.
    served: u64,
}

impl Sessions {
    pub(crate) fn new(options: &Options, clock: Clock) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(options.seed);
        let captcha = format!("{:04}", random.random_range(0..10_000));
        Sessions {
            variant: options.variant,
            username: options.username.clone(),
            password: options.password.clone(),
            calls: options.session_calls,
            lasts: SignedDuration::from_hours(options.session_hours.into()),
            clock,
            living: HashMap::new(),
            failures: 0,
            logins: 0,
            captcha,
            random,
        }
    }

    /// A new token, or why not.
    pub(crate) fn login(&mut self, arguments: &Record) -> Result<String, String> {
        let text = |name: &str| arguments.get(name).and_then(Value::to_text).unwrap_or_default();
        if !self.takes_device(&text("serialnum")) {
            return Err("用户串号不正确，应为不超过20位的字母或数字".to_owned());
        }
        if self.captcha_asked() && text("rndcode") != self.captcha {
            return Err("登录失败次数过多，请输入验证码".to_owned());
        }
        let (user, password, device) = (text("user"), text("password"), text("serialnum"));
        let token = self.enter(
            plain(&user).unwrap_or_default(),
            plain(&password).unwrap_or_default(),
        )?;
        if let Some(session) = self.living.get_mut(&token) {
            session.device = plain(&device).unwrap_or(&device).to_owned();
        }
        Ok(token)
    }

    /// The device that a living session belongs to, where it told its name.
    pub(crate) fn device(&self, token: &str) -> Option<&str> {
        let session = self.living.get(token)?;
        Some(session.device.as_str()).filter(|device| !device.is_empty())
    }

    /// Live servers take any name, marked as plain text or not; the vendor's pages know letters and digits only.
    fn takes_device(&self, given: &str) -> bool {
        let marked = plain(given);
        if self.variant.is_generous() {
            return !marked.unwrap_or(given).trim().is_empty();
        }
        marked.is_some_and(|name| {
            (1..=DEVICE_NAME).contains(&name.chars().count())
                && name.chars().all(|letter| letter.is_ascii_alphanumeric())
        })
    }

    /// The same with the name and the password alone, as a gateway takes them.
    pub(crate) fn enter(&mut self, user: &str, password: &str) -> Result<String, String> {
        if user != self.username || password != self.password {
            self.failures += 1;
            return Err("用户名或密码错误".to_owned());
        }
        self.failures = 0;
        self.logins += 1;
        let token: String = (&mut self.random)
            .sample_iter(Alphanumeric)
            .take(32)
            .map(char::from)
            .collect();
        let began = self.clock.now();
        let session = Session {
            device: String::new(),
            began,
            served: 0,
        };
        self.living.insert(token.clone(), session);
        Ok(token)
    }

    /// Ends a session; whether it lived.
    pub(crate) fn logout(&mut self, token: &str) -> bool {
        self.living.remove(token).is_some()
    }

    /// Counts a business call on a session; whether it lived. The last call that a session may serve ends it.
    pub(crate) fn serve(&mut self, token: &str) -> bool {
        if !self.lives(token) {
            return false;
        }
        let Some(session) = self.living.get_mut(token) else {
            return false;
        };
        session.served += 1;
        if self.calls.is_some_and(|calls| session.served >= calls) {
            self.living.remove(token);
        }
        true
    }

    /// Whether a session lives; one that has lasted its time ends here.
    pub(crate) fn lives(&mut self, token: &str) -> bool {
        let now = self.clock.now();
        let over = |session: &Session| now.duration_since(session.began) >= self.lasts;
        if self.living.get(token).is_some_and(over) {
            self.living.remove(token);
        }
        self.living.contains_key(token)
    }

    /// Ends all sessions; how many lived.
    pub(crate) fn drop_all(&mut self) -> usize {
        let living = self.living.len();
        self.living.clear();
        living
    }

    /// Living sessions.
    pub(crate) fn living(&self) -> usize {
        self.living.len()
    }

    /// Successful logins so far.
    pub(crate) fn logins(&self) -> u64 {
        self.logins
    }

    /// The captcha that the next login has to carry, if one is asked for.
    pub(crate) fn captcha(&self) -> Option<&str> {
        self.captcha_asked().then_some(self.captcha.as_str())
    }

    fn captcha_asked(&self) -> bool {
        self.failures >= FAILURES_BEFORE_CAPTCHA
    }
}

/// The text behind the mark of plain text; other marks stand for encryptions that the simulator does not know.
fn plain(text: &str) -> Option<&str> {
    text.strip_prefix("txt:")
}
