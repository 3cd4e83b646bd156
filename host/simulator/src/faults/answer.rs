//! Faults as HTTP shows them.

use super::Fault;
use crate::connection::Cut;
use axum::body::{Body, Bytes};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use futures::{StreamExt, stream};
use std::io;
use std::time::Duration;

/// Time for the first half of a torn answer to leave.
const BEFORE_THE_TEAR: Duration = Duration::from_millis(20);

/// The answer that a fault makes of a sound one; a fault that keeps the call from being carried out has none.
pub(crate) async fn respond(fault: Fault, sound: Option<Response>, slow: Duration, cut: &Cut) -> Response {
    match fault {
        Fault::ServerError => (StatusCode::INTERNAL_SERVER_ERROR, "服务器内部错误").into_response(),
        Fault::LoginError => (StatusCode::SERVICE_UNAVAILABLE, "服务暂时不可用").into_response(),
        Fault::BadGateway => {
            let page = page(
                "502 Bad Gateway",
                "The server returned an invalid or incomplete response.",
            );
            (StatusCode::BAD_GATEWAY, page).into_response()
        }
        Fault::Html => page("系统提示", "系统正在维护，请稍后再试。").into_response(),
        Fault::Empty => StatusCode::OK.into_response(),
        Fault::TooManyRequests => {
            let wait: [(HeaderName, &str); 1] = [(header::RETRY_AFTER, "1")];
            (StatusCode::TOO_MANY_REQUESTS, wait, "请求过于频繁，请稍后再试").into_response()
        }
        Fault::DroppedBefore | Fault::DroppedAfter => {
            cut.cut();
            StatusCode::OK.into_response()
        }
        Fault::Slow => {
            tokio::time::sleep(slow).await;
            sound.unwrap_or_default()
        }
        Fault::Torn => torn(sound.unwrap_or_default()).await,
        Fault::ExpiredSession
        | Fault::ControlCharacters
        | Fault::UnsavedSuccess
        | Fault::PartlySaved
        | Fault::RowInserted
        | Fault::RowDeleted => sound.unwrap_or_default(),
    }
}

/// JSON text with raw control characters inside its sentences, as people's line breaks and tabs leave them there:
/// behind punctuation, which stands in no name.
pub(crate) fn with_raw_sentences(text: &str) -> String {
    text.replace('，', "，\n")
        .replace('。', "。\t")
        .replace('！', "！\u{b}")
}

/// The same, or one raw control character inside the first Chinese text where there is no sentence.
pub(crate) fn with_raw_controls(text: &str) -> String {
    let marked = with_raw_sentences(text);
    let changed = marked.len() != text.len();
    match text.char_indices().find(|(_, letter)| !letter.is_ascii()) {
        Some((start, letter)) if !changed => {
            let end = start + letter.len_utf8();
            format!("{}\t{}", &text[..end], &text[end..])
        }
        _ => marked,
    }
}

/// An HTML page as web servers make them.
pub(crate) fn page(title: &str, text: &str) -> Html<String> {
    Html(format!(
        "<!DOCTYPE html>\r\n<html><head><title>{title}</title></head>\r\n<body><h1>{title}</h1><p>{text}</p></body></html>\r\n"
    ))
}

/// An answer that announces its whole length and ends half way.
async fn torn(sound: Response) -> Response {
    let (mut parts, body) = sound.into_parts();
    let whole = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
    let half = whole.slice(..whole.len() / 2);
    let first = stream::once(async move { Ok::<Bytes, io::Error>(half) });
    let end = stream::once(async {
        tokio::time::sleep(BEFORE_THE_TEAR).await;
        Err(io::ErrorKind::ConnectionAborted.into())
    });
    parts.headers.insert(header::CONTENT_LENGTH, whole.len().into());
    Response::from_parts(parts, Body::from_stream(first.chain(end)))
}

#[cfg(test)]
mod tests {
    use super::with_raw_controls;

    #[test]
    fn raw_control_characters_stand_inside_strings_only() {
        let marked = with_raw_controls(r#"{"message":"保存成功！","data":{"intro":"长期合作，按月对账。"}}"#);
        assert_eq!(
            marked,
            "{\"message\":\"保存成功！\u{b}\",\"data\":{\"intro\":\"长期合作，\n按月对账。\t\"}}"
        );
        assert_eq!(
            with_raw_controls(r#"{"Msg":"操作成功"}"#),
            "{\"Msg\":\"操\t作成功\"}"
        );
        assert_eq!(with_raw_controls(r#"{"Code":200}"#), r#"{"Code":200}"#);
    }
}
