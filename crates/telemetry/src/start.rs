//! One subscriber a program.

use std::path::PathBuf;
use std::time::Duration;

use opentelemetry::{KeyValue, global};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{BatchConfigBuilder, BatchSpanProcessor, SdkTracerProvider};
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::EnvFilter;

use crate::edit;

/// How many daily log files are kept.
const LOG_FILES: usize = 7;
/// Spans that wait for the collector; more are dropped, never the edits that they tell of.
const SPANS_MAX: usize = 8192;
/// Spans in one request.
const SPANS_PER_REQUEST: usize = 1024;
/// How long the collector may take for one request.
const EXPORT_TIMEOUT: Duration = Duration::from_secs(5);

/// Where log lines go.
#[derive(Clone, Debug)]
pub enum Log {
    /// To the standard error, in colour on a terminal.
    Stderr,
    /// To a file a day in this folder; a week of them is kept.
    Folder(PathBuf),
}

/// What is noted, and where.
#[derive(Clone, Debug)]
pub struct Options {
    /// The program's name for the collector.
    pub service: &'static str,
    /// Its version.
    pub version: &'static str,
    /// What is logged unless `RUST_LOG` says otherwise, in its syntax.
    pub filter: &'static str,
    /// Where.
    pub log: Log,
    /// The collector's base address, as `OTEL_EXPORTER_OTLP_ENDPOINT` gives it (OpenTelemetry specification,
    /// "OTLP Exporter Configuration"); spans go to `/v1/traces` below it. None: no spans.
    pub collector: Option<String>,
}

impl Options {
    /// The collector that the environment names, if any.
    pub fn collector_of_environment() -> Option<String> {
        let disabled = std::env::var("OTEL_SDK_DISABLED").is_ok_and(|text| text.eq_ignore_ascii_case("true"));
        std::env::var("OTEL_EXPORTER_OTLP_ENDPOINT").ok().filter(|text| !disabled && !text.trim().is_empty())
    }
}

/// Why nothing is noted.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The folder cannot be written to.
    #[error("no log can be written to {folder}: {cause}; the program works without")]
    Folder {
        /// Which.
        folder: PathBuf,
        /// Why not.
        cause: tracing_appender::rolling::InitError,
    },
    /// The collector's address is none.
    #[error("traces cannot be sent to the collector: {0}; correct OTEL_EXPORTER_OTLP_ENDPOINT or leave it out")]
    Collector(#[from] opentelemetry_otlp::ExporterBuildError),
}

/// Sends what is left when it is dropped.
#[must_use = "dropping it ends the export of traces"]
#[derive(Debug, Default)]
pub struct Guard(Option<SdkTracerProvider>);

impl Drop for Guard {
    fn drop(&mut self) {
        if let Some(provider) = self.0.take()
            && let Err(error) = provider.shutdown_with_timeout(EXPORT_TIMEOUT)
        {
            tracing::warn!(%error, "the last traces did not reach the collector");
        }
    }
}

/// Begins to note. The first call in a process counts; log lines of a later one go where the first said.
///
/// # Errors
/// If the folder or the collector's address cannot be used; the rest was begun then.
pub fn start(options: Options) -> Result<Guard, StartError> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(options.filter));
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter);
    match options.log {
        Log::Stderr => {
            let ansi = std::io::IsTerminal::is_terminal(&std::io::stderr());
            let _ = subscriber.with_ansi(ansi).with_writer(std::io::stderr).try_init();
        }
        Log::Folder(folder) => {
            let file = RollingFileAppender::builder()
                .rotation(Rotation::DAILY)
                .filename_prefix(options.service)
                .filename_suffix("log")
                .max_log_files(LOG_FILES)
                .build(&folder)
                .map_err(|cause| StartError::Folder { folder, cause })?;
            let _ = subscriber.with_ansi(false).with_writer(file).try_init();
        }
    }
    let Some(collector) = options.collector else { return Ok(Guard::default()) };
    let exporter = SpanExporter::builder()
        .with_http()
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(format!("{}/v1/traces", collector.trim_end_matches('/')))
        .with_timeout(EXPORT_TIMEOUT)
        .build()?;
    let limits =
        BatchConfigBuilder::default().with_max_queue_size(SPANS_MAX).with_max_export_batch_size(SPANS_PER_REQUEST);
    let provider = SdkTracerProvider::builder()
        .with_span_processor(BatchSpanProcessor::builder(exporter).with_batch_config(limits.build()).build())
        .with_resource(
            Resource::builder()
                .with_service_name(options.service)
                .with_attribute(KeyValue::new("service.version", options.version))
                .build(),
        )
        .build();
    global::set_tracer_provider(provider.clone());
    edit::export();
    Ok(Guard(Some(provider)))
}
