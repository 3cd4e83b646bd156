//! What stands between the host and the simulated ERP: a relay that can be down, slow, or lose every answer.

use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// How the line to the ERP is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// Everything passes.
    Open,
    /// Connections are taken and ended at once.
    Down,
    /// Each answer comes late by so much.
    Slow(Duration),
    /// Requests reach the ERP, answers do not come back.
    Deaf,
}

/// A relay on a free port.
pub struct Relay {
    pub address: SocketAddr,
    line: watch::Sender<Line>,
}

impl Relay {
    pub async fn start(erp: SocketAddr) -> Relay {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let address = listener.local_addr().expect("address");
        let line = watch::Sender::new(Line::Open);
        let lines = line.clone();
        tokio::spawn(async move {
            loop {
                let Ok((host, _)) = listener.accept().await else {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                    continue;
                };
                tokio::spawn(carry(host, erp, lines.subscribe()));
            }
        });
        Relay { address, line }
    }

    pub fn set(&self, line: Line) {
        self.line.send_replace(line);
    }
}

/// One connection, until either side ends it or the line becomes another.
async fn carry(host: TcpStream, erp: SocketAddr, mut line: watch::Receiver<Line>) {
    let now = *line.borrow_and_update();
    if now == Line::Down {
        return;
    }
    let Ok(erp) = TcpStream::connect(erp).await else {
        return;
    };
    let (mut from_host, mut to_host) = host.into_split();
    let (mut from_erp, mut to_erp) = erp.into_split();
    let requests = async {
        // Either side may end the connection at any moment.
        let _ = tokio::io::copy(&mut from_host, &mut to_erp).await;
    };
    let answers = async {
        let mut buffer = vec![0; 64 * 1024];
        while let Ok(read @ 1..) = from_erp.read(&mut buffer).await {
            match now {
                Line::Deaf => continue,
                Line::Slow(late) => tokio::time::sleep(late).await,
                Line::Open | Line::Down => {}
            }
            if to_host.write_all(&buffer[..read]).await.is_err() {
                return;
            }
        }
    };
    tokio::select! {
        () = requests => {}
        () = answers => {}
        _ = line.changed() => {}
    }
}
