//! Whom the client takes for the ERP: who shows a certificate of a known authority, public or of one's own, or exactly
//! a certificate that the operator named, whatever else it is for. Who is not taken is told apart by what is wrong.

use super::untrusted::{self, Untrusted};
use crate::Error;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, OtherError, RootCertStore, SignatureScheme,
};
use std::path::Path;
use std::sync::Arc;

/// The TLS of one ERP; its own certificates, where there are any, beside the public authorities.
pub(super) fn config(certificate_file: Option<&Path>) -> Result<ClientConfig, Error> {
    let named = match certificate_file {
        Some(path) => super::certificates::read(path)?,
        None => Vec::new(),
    };
    let unsound = |problem: String| Error::Setting {
        setting: "certificate_file",
        problem,
        hint: "name a PEM file with the certificate of the authority that signed the ERP's own, or with the ERP's own",
    };
    let provider = Arc::new(ring::default_provider());
    let mut roots = RootCertStore::from_iter(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    // What can be no authority may still be the ERP's own.
    roots.add_parsable_certificates(named.iter().cloned());
    let authorities = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
        .build()
        .map_err(|error| unsound(error.to_string()))?;
    let trust = Trust {
        authorities,
        named,
        provider: Arc::clone(&provider),
    };
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| unsound(error.to_string()))?;
    let mut config = config
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(trust))
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

#[derive(Debug)]
struct Trust {
    authorities: Arc<WebPkiServerVerifier>,
    /// Trusted as they are.
    named: Vec<CertificateDer<'static>>,
    provider: Arc<CryptoProvider>,
}

impl Trust {
    /// A certificate that was named needs nobody to vouch for it; it still has to be this server's, and in force. That
    /// the server holds its key is proved by the handshake's signature, as for any other.
    fn is_named_and_sound(
        &self,
        end_entity: &CertificateDer<'_>,
        name: &ServerName<'_>,
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        if !untrusted::is_in_force(end_entity, now) {
            // The description says since when, or until when.
            return Err(CertificateError::Expired.into());
        }
        rustls::client::verify_server_name(&ParsedCertificate::try_from(end_entity)?, name)?;
        Ok(ServerCertVerified::assertion())
    }
}

impl ServerCertVerifier for Trust {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let is_named = self.named.iter().any(|named| named == end_entity);
        let verified = match is_named {
            true => self.is_named_and_sound(end_entity, server_name, now),
            false => self.authorities.verify_server_cert(
                end_entity,
                intermediates,
                server_name,
                ocsp_response,
                now,
            ),
        };
        verified.map_err(|error| {
            let untrusted = Untrusted::of(&error, end_entity, intermediates, server_name, now);
            rustls::Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(untrusted))))
        })
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}
