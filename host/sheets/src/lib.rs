//! Tables as people keep them: CSV in any Chinese encoding and XLSX, read into records and written from them.
