//! A server that says what a test wants it to say, or nothing.

use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

/// What the server does with a request.
pub enum Reply {
    Json(Value),
    /// It keeps the connection and never answers.
    Silence,
    /// It closes the connection without a word.
    HangUp,
}

/// A running server.
pub struct Scripted {
    pub address: SocketAddr,
    requests: mpsc::UnboundedReceiver<String>,
}

impl Scripted {
    /// Answers each request by its path and query.
    pub async fn start(reply: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (heard, requests) = mpsc::unbounded_channel();
        let reply: Arc<dyn Fn(&str) -> Reply + Send + Sync> = Arc::new(reply);
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                tokio::spawn(serve(connection, reply.clone(), heard.clone()));
            }
        });
        Scripted { address, requests }
    }

    /// An ERP that signs everyone in and out and does this with everything else.
    pub async fn erp(reply: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Self {
        Scripted::start(move |path| match path {
            path if path.ends_with("/login") => {
                Reply::Json(json!({"header": {"status": 0, "message": "", "session": "TOKEN"}}))
            }
            path if path.ends_with("/logout") => Reply::Json(json!({"header": {"status": 0, "message": ""}})),
            path => reply(path),
        })
        .await
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The path and query of the next request.
    pub async fn next(&mut self) -> String {
        let next = tokio::time::timeout(crate::support::PATIENCE, self.requests.recv()).await;
        next.expect("a request in time").unwrap()
    }

    /// Reads on to a request whose path contains this.
    pub async fn until(&mut self, part: &str) -> String {
        loop {
            let path = self.next().await;
            if path.contains(part) {
                return path;
            }
        }
    }
}

/// One request on each connection, read to its end: closing earlier would reset the connection.
async fn serve(
    connection: TcpStream,
    reply: Arc<dyn Fn(&str) -> Reply + Send + Sync>,
    heard: mpsc::UnboundedSender<String>,
) {
    let mut connection = BufReader::new(connection);
    let Some(path) = read(&mut connection).await else {
        return;
    };
    let reply = reply(&path);
    // The test may be over.
    let _ = heard.send(path);
    match reply {
        Reply::Silence => std::future::pending().await,
        Reply::HangUp => {}
        Reply::Json(body) => {
            let body = body.to_string();
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
                body.len()
            );
            // The other side may have gone.
            let _ = connection.write_all(format!("{head}{body}").as_bytes()).await;
        }
    }
}

async fn read(connection: &mut BufReader<TcpStream>) -> Option<String> {
    let mut first = String::new();
    connection.read_line(&mut first).await.ok()?;
    let path = first.split(' ').nth(1)?.to_owned();
    let mut length = 0;
    loop {
        let mut line = String::new();
        connection.read_line(&mut line).await.ok()?;
        let line = line.trim().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    connection.read_exact(&mut body).await.ok()?;
    Some(path)
}
