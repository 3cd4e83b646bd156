//! An ERP with a certificate of its owner's: whose is taken, and what is said of one that is not.

use crate::support::*;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use serde_json::json;
use std::path::Path;
use std::sync::Arc;
use sunmao_catalogue::{Arguments, Kind};
use sunmao_erp_client::{ErpClient, Error, Settings};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring::sign::any_supported_type;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;

const PAST: (i32, i32) = (2020, 2021);
const PRESENT: (i32, i32) = (2020, 2120);
const FUTURE: (i32, i32) = (2119, 2120);

/// A certificate's content.
fn content(subject: &str, host: &str, years: (i32, i32)) -> CertificateParams {
    let mut params = CertificateParams::new([host.to_owned()]).unwrap();
    params.distinguished_name.push(DnType::CommonName, subject);
    params.not_before = rcgen::date_time_ymd(years.0, 1, 1);
    params.not_after = rcgen::date_time_ymd(years.1, 1, 1);
    params
}

/// The same for an authority.
fn authority(subject: &str, host: &str, years: (i32, i32)) -> CertificateParams {
    let mut params = content(subject, host, years);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params
}

/// What a server shows, and the certificate that may be named.
struct Identity {
    chain: Vec<CertificateDer<'static>>,
    key: KeyPair,
    pem: String,
}

fn self_signed(params: CertificateParams) -> Identity {
    let key = KeyPair::generate().unwrap();
    let own = params.self_signed(&key).unwrap();
    Identity {
        chain: vec![own.der().clone()],
        pem: own.pem(),
        key,
    }
}

/// Signed by an authority through another in between, whose certificate is the one that may be named.
fn signed(params: CertificateParams, between: CertificateParams) -> Identity {
    let root_key = KeyPair::generate().unwrap();
    let root_params = authority("Own Authority", "authority.example", PRESENT);
    let root = root_params.self_signed(&root_key).unwrap();
    let root_issuer = Issuer::new(root_params, root_key);
    let between_key = KeyPair::generate().unwrap();
    let between_certificate = between.signed_by(&between_key, &root_issuer).unwrap();
    let issuer = Issuer::new(between, between_key);
    let key = KeyPair::generate().unwrap();
    let own = params.signed_by(&key, &issuer).unwrap();
    Identity {
        chain: vec![own.der().clone(), between_certificate.der().clone()],
        pem: root.pem(),
        key,
    }
}

/// Shows a chain, whether or not the key belongs to it.
#[derive(Debug)]
struct Shows(Arc<CertifiedKey>);

impl ResolvesServerCert for Shows {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }
}

/// A server that speaks TLS under this identity; its base URL.
async fn secured(identity: &Identity) -> String {
    let key = PrivateKeyDer::try_from(identity.key.serialize_der()).unwrap();
    let shown = CertifiedKey::new(identity.chain.clone(), any_supported_type(&key).unwrap());
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(Shows(Arc::new(shown))));
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
    format!("https://localhost:{port}")
}

/// A call of a client that trusts what is in a file with this content, and the public authorities.
async fn call(url: &str, named: Option<&str>) -> Result<(), Error> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("erp.pem");
    let mut settings = settings(url);
    if let Some(named) = named {
        std::fs::write(&file, named).unwrap();
        settings.certificate_file = Some(file);
    }
    let client = ErpClient::new(settings)?;
    client.call(&json_list(), &Arguments::default()).await.map(drop)
}

/// The words and the hint of a call that nobody was trusted for.
async fn untrusted(url: &str, named: Option<&str>) -> (String, String) {
    let error = call(url, named).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Unavailable, "{error}");
    let fault = error.fault();
    assert!(!fault.hint.contains("check the base URL"), "{error}");
    (fault.message, fault.hint)
}

#[tokio::test]
async fn a_certificate_that_is_named_is_trusted_whether_or_not_it_is_an_authoritys() {
    for identity in [
        self_signed(content("ERP", "localhost", PRESENT)),
        self_signed(authority("ERP", "localhost", PRESENT)),
        signed(
            content("ERP", "localhost", PRESENT),
            authority("Between", "between.example", PRESENT),
        ),
    ] {
        let url = secured(&identity).await;
        call(&url, Some(&identity.pem)).await.unwrap();
        // A file written by an editor on Windows, with other certificates in front.
        let other = self_signed(authority("Other", "other.example", PRESENT)).pem;
        let file = format!("\u{feff}{}", other + &identity.pem).replace('\n', "\r\n");
        call(&url, Some(&file)).await.unwrap();
        let (words, _) = untrusted(&url, None).await;
        assert!(words.contains("CN=ERP"), "{words}");
    }
}

#[tokio::test]
async fn exactly_that_certificate_is_trusted_and_no_other_like_it() {
    let (named, other) = (
        self_signed(authority("ERP", "localhost", PRESENT)),
        self_signed(authority("ERP", "localhost", PRESENT)),
    );
    let (words, hint) = untrusted(&secured(&other).await, Some(&named.pem)).await;
    assert!(words.contains("authority (CA:TRUE)"), "{words}");
    assert!(hint.contains("certificate_file"), "{hint}");
    // The certificate is public; only who holds its key is the ERP.
    let thief = Identity {
        chain: named.chain.clone(),
        ..other
    };
    let (words, _) = untrusted(&secured(&thief).await, Some(&named.pem)).await;
    assert!(words.contains("did not prove"), "{words}");
}

#[tokio::test]
async fn what_is_wrong_with_a_certificate_is_said_of_the_one_it_is_wrong_with() {
    let between = || authority("Between", "between.example", PRESENT);
    let late = || authority("Between", "between.example", PAST);
    let erp = |years| content("ERP", "localhost", years);
    let cases = [
        (
            signed(erp(PAST), between()),
            "\"CN=ERP\" has expired at 2021",
            "renewed",
        ),
        (
            signed(erp(PRESENT), late()),
            "\"CN=Between\" has expired at 2021",
            "renewed",
        ),
        (
            signed(erp(FUTURE), between()),
            "\"CN=ERP\" is not yet valid: it begins at 2119",
            "clock",
        ),
        (
            signed(content("ERP", "erp.example.com", PRESENT), between()),
            "\"CN=ERP\" is not for localhost: it is for erp.example.com",
            "one of the certificate's names",
        ),
        // Those that are named themselves.
        (
            self_signed(authority("ERP", "localhost", PAST)),
            "\"CN=ERP\" has expired at 2021",
            "renewed",
        ),
        (
            self_signed(authority("ERP", "localhost", FUTURE)),
            "is not yet valid",
            "clock",
        ),
        (
            self_signed(authority("ERP", "10.1.2.3", PRESENT)),
            "is not for localhost: it is for 10.1.2.3",
            "one of the certificate's names",
        ),
    ];
    for (identity, wrong, remedy) in cases {
        let (words, hint) = untrusted(&secured(&identity).await, Some(&identity.pem)).await;
        assert!(words.contains(wrong), "{words} should say {wrong}");
        assert!(hint.contains(remedy), "{words}: {hint}");
    }
    let unknown = signed(erp(PRESENT), between());
    let (words, hint) = untrusted(&secured(&unknown).await, None).await;
    assert!(words.contains("unknown issuer: CN=Own Authority"), "{words}");
    assert!(hint.contains("certificate_file"), "{hint}");
}

/// Answers what was not asked, and closes.
async fn plain(answer: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut hello = [0; 1024];
            let _ = stream.read(&mut hello).await;
            let _ = stream.write_all(answer).await;
            let _ = stream.shutdown().await;
        }
    });
    format!("https://localhost:{port}")
}

#[tokio::test]
async fn a_port_that_speaks_no_tls_is_told_from_a_bad_certificate() {
    for answer in [&b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n"[..], b""] {
        let (words, hint) = untrusted(&plain(answer).await, None).await;
        assert!(words.contains("TLS"), "{words}");
        assert!(hint.contains("write http"), "{hint}");
    }
}

#[tokio::test]
async fn a_file_that_holds_no_certificate_says_what_it_holds() {
    let identity = self_signed(authority("ERP", "localhost", PRESENT));
    let key = identity.key.serialize_pem();
    let utf_16: Vec<u8> = "\u{feff}-----BEGIN"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let cases: [(&[u8], &str, &str); 7] = [
        (b"", "holds no certificate", "PEM"),
        (b"certificate", "holds no certificate", "PEM"),
        (key.as_bytes(), "a private key and no certificate", "key"),
        (&identity.chain[0], "as DER, not as PEM", "openssl x509"),
        (&utf_16, "UTF-16", "UTF-8"),
        (
            b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            "is called a certificate and is none",
            "PEM",
        ),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n", "no PEM", "PEM"),
    ];
    for (content, wrong, remedy) in cases {
        let folder = tempfile::tempdir().unwrap();
        let error = refused(&folder.path().join("erp.pem"), content);
        assert!(error.contains("erp.pem") && error.contains(wrong), "{error}");
        assert!(error.contains(remedy), "{error}");
    }
    // The key of a certificate that stands in the same file does no harm.
    let both = identity.key.serialize_pem() + &identity.pem;
    call(&secured(&identity).await, Some(&both)).await.unwrap();
}

fn refused(file: &Path, content: &[u8]) -> String {
    std::fs::write(file, content).unwrap();
    let settings = Settings {
        certificate_file: Some(file.to_owned()),
        ..settings("https://localhost")
    };
    ErpClient::new(settings).unwrap_err().to_string()
}
