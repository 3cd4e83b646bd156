//! An ERP whose certificate was signed by an authority of its owner's.

use crate::support::*;
use serde_json::json;
use std::io::Write;
use std::sync::Arc;
use sunmao_catalogue::{Arguments, Kind};
use sunmao_erp_client::{ErpClient, Settings};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// A server that speaks TLS under a certificate of its own for `localhost`; its port, and the certificate as PEM.
async fn secured() -> (u16, String) {
    let own = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(own.signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![own.cert.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(mut stream) = acceptor.accept(stream).await else {
                    return;
                };
                let mut request = vec![0; 64 * 1024];
                let length = stream.read(&mut request).await.unwrap_or_default();
                let is_login = String::from_utf8_lossy(&request[..length]).contains("/ov1/login");
                let body = match is_login {
                    true => json!({"header": {"status": 0, "session": "T"}}),
                    false => sound(&json_list()),
                }
                .to_string();
                let head = format!(
                    "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                    body.len()
                );
                let _ = stream.write_all((head + &body).as_bytes()).await;
                let _ = stream.shutdown().await;
            });
        }
    });
    (port, own.cert.pem())
}

#[tokio::test]
async fn the_authoritys_certificate_makes_the_difference() {
    let (port, certificate) = secured().await;
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(certificate.as_bytes()).unwrap();
    let trusting = Settings {
        certificate_file: Some(file.path().to_owned()),
        ..settings(&format!("https://localhost:{port}"))
    };
    let client = ErpClient::new(trusting).unwrap();
    client.call(&json_list(), &Arguments::default()).await.unwrap();

    let wary = ErpClient::new(settings(&format!("https://localhost:{port}"))).unwrap();
    let error = wary.call(&json_list(), &Arguments::default()).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Unavailable);
    assert!(error.to_string().contains("certificate"), "{error}");
}
