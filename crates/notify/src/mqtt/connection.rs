//! A connection to a broker: introduced, kept alive, and cut when the broker says nothing any more.

use std::time::Duration;

use bytes::BytesMut;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};
use tokio_rustls::TlsConnector;

use super::packet::{self, Connect, Incoming};
use super::{Broker, Version};

/// How long connecting, an answer, or a write may take.
const ANSWER_MAX: Duration = Duration::from_secs(10);
/// How often the broker hears something, unless it wants it otherwise.
const KEEP_ALIVE_S: u16 = 30;

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// An open connection.
pub(crate) struct Connection {
    stream: Box<dyn Stream>,
    version: Version,
    arrived: BytesMut,
    /// What is to be sent.
    pub out: BytesMut,
    /// Messages that may wait for their acknowledgement at once.
    pub receive_max: u16,
    pause: Duration,
    heard: Instant,
    spoken: Instant,
    pinged: Option<Instant>,
}

impl Connection {
    /// Connects and introduces this client, as `name`; a sentence if the broker is not there or does not want it.
    pub(crate) async fn open(broker: &Broker, name: &str, is_clean: bool) -> Result<Self, String> {
        let open = timeout(ANSWER_MAX, Self::introduce(broker, name, is_clean)).await;
        open.unwrap_or_else(|_| Err(format!("no answer within {} seconds", ANSWER_MAX.as_secs())))
    }

    async fn introduce(broker: &Broker, name: &str, is_clean: bool) -> Result<Self, String> {
        let tcp = TcpStream::connect((broker.host.as_str(), broker.port)).await;
        let tcp = tcp.map_err(|error| error.to_string())?;
        tcp.set_nodelay(true).map_err(|error| error.to_string())?;
        let stream: Box<dyn Stream> = match &broker.tls {
            None => Box::new(tcp),
            Some(tls) => {
                let host = ServerName::try_from(broker.host.clone())
                    .map_err(|_| format!("{} is no name for a certificate", broker.host))?;
                let tls = TlsConnector::from(tls.clone()).connect(host, tcp).await;
                Box::new(tls.map_err(|error| error.to_string())?)
            }
        };
        let mut connection = Self {
            stream,
            version: broker.version,
            arrived: BytesMut::new(),
            out: BytesMut::new(),
            receive_max: u16::MAX,
            pause: Duration::from_secs(KEEP_ALIVE_S.into()) / 2,
            heard: Instant::now(),
            spoken: Instant::now(),
            pinged: None,
        };
        let connect = Connect {
            client_id: name,
            user: broker.user.as_deref(),
            password: broker.password.as_deref(),
            keep_alive_s: KEEP_ALIVE_S,
            is_clean,
        };
        packet::connect(broker.version, &connect, &mut connection.out);
        connection.flush().await?;
        match connection.read().await? {
            Incoming::Connected(connected) if connected.code == 0 => {
                connection.receive_max = connected.receive_max;
                if let Some(seconds @ 1..) = connected.keep_alive_s {
                    connection.pause = Duration::from_secs(seconds.into()) / 2;
                }
                Ok(connection)
            }
            Incoming::Connected(connected) => {
                Err(format!("the broker refuses the connection with code {}", connected.code))
            }
            other => Err(format!("the broker answers an introduction with {other:?}")),
        }
    }

    /// Sends what is in `out`.
    pub(crate) async fn flush(&mut self) -> Result<(), String> {
        if self.out.is_empty() {
            return Ok(());
        }
        let written = timeout(ANSWER_MAX, async {
            // What is written leaves `out` at once, so that whoever breaks off here may go on later.
            while !self.out.is_empty() {
                self.stream.write_buf(&mut self.out).await?;
            }
            self.stream.flush().await
        });
        let written = written.await.map_err(|_| "the broker takes nothing any more".to_owned())?;
        written.map_err(|error: std::io::Error| error.to_string())?;
        self.spoken = Instant::now();
        Ok(())
    }

    /// Waits for the next packet and keeps the connection alive meanwhile. Dropping the future loses nothing.
    pub(crate) async fn next(&mut self) -> Result<Incoming, String> {
        loop {
            let due = match self.pinged {
                Some(pinged) => pinged + ANSWER_MAX,
                None => self.heard.min(self.spoken) + self.pause,
            };
            match tokio::time::timeout_at(due, self.read()).await {
                Ok(Ok(Incoming::Pong)) => {}
                Ok(Ok(Incoming::Ended { code })) => {
                    return Err(format!("the broker ends it with code {code}"));
                }
                Ok(other) => return other,
                Err(_) if self.pinged.is_some() => {
                    return Err("the broker does not answer any more".to_owned());
                }
                Err(_) => {
                    packet::ping(&mut self.out);
                    self.pinged = Some(Instant::now());
                    self.flush().await?;
                }
            }
        }
    }

    async fn read(&mut self) -> Result<Incoming, String> {
        loop {
            let taken = packet::take(self.version, &mut self.arrived);
            if let Some(packet) = taken.map_err(|malformed| malformed.0.to_owned())? {
                return Ok(packet);
            }
            let count = self.stream.read_buf(&mut self.arrived).await.map_err(|error| error.to_string())?;
            if count == 0 {
                return Err("the broker closed the connection".to_owned());
            }
            self.heard = Instant::now();
            self.pinged = None;
        }
    }

    /// Says goodbye.
    pub(crate) async fn end(&mut self) {
        packet::disconnect(&mut self.out);
        let _ = self.flush().await;
    }
}
