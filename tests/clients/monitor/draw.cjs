// Draws a dashboard that the server keeps, without a browser, and says what is to be seen.
//
// Reads MONITOR_ENDPOINT, MONITOR_ACCOUNT, MONITOR_REGION, MONITOR_FIRST and MONITOR_SECOND (ids of dashboards of either
// generation), and MONITOR_SHOWS (texts that must appear, as JSON). Prints one JSON object.
const fs = require('fs');
const { JSDOM, VirtualConsole } = require('jsdom');

const TEXTS_MAX_MS = 20_000;
const given = (name) => process.env[`MONITOR_${name}`];
const endpoint = given('ENDPOINT');
const calls = [];
const complaints = [];

// Nobody waits for requests of values, so a refusal of one is no fault of the page; it is told with the complaints.
process.on('unhandledRejection', (error) => complaints.push(`${error?.name}: ${error?.message}`));

/** Requests go to the server under test and nowhere else. */
async function request(asked) {
  const url = new URL(asked.url);
  if (url.origin !== endpoint) throw new TypeError(`there is no way to ${url.origin}`);
  const body = ['GET', 'HEAD'].includes(asked.method) ? undefined : Buffer.from(await asked.arrayBuffer());
  const answer = await fetch(url, { method: asked.method, headers: Object.fromEntries(asked.headers), body });
  calls.push(`${asked.method} ${url.pathname} ${answer.status}`);
  return answer;
}

/** A thing that has an answer to everything: drawing surfaces, on which nobody looks. */
function anything(answers) {
  const get = (_, name) => (name in answers ? answers[name] : /^[A-Z0-9_]+$/.test(String(name)) ? 1 : () => ({}));
  return new Proxy({}, { get, set: () => true });
}

const VERSION = 7938;
const surfaces = {
  '2d': { measureText: () => ({ width: 10 }), createLinearGradient: () => ({ addColorStop() {} }), canvas: null },
  webgl2: {
    VERSION,
    getParameter: (what) => (what === VERSION ? 'WebGL 2.0' : [0, 0, 1, 1]),
    getShaderPrecisionFormat: () => ({ precision: 23, rangeMin: 127, rangeMax: 127 }),
    getSupportedExtensions: () => [],
    getExtension: () => null,
    getShaderInfoLog: () => '',
    getProgramInfoLog: () => '',
    getProgramParameter: () => 0,
    isContextLost: () => false,
  },
};

/** A window with what jsdom lacks: requests, sizes of things, and surfaces to draw on. */
function open() {
  const console = new VirtualConsole();
  console.on('error', (what) => complaints.push(String(what?.message ?? what)));
  const html = '<!doctype html><body><div id="root"></div></body>';
  const options = { url: 'http://localhost/', pretendToBeVisual: true, runScripts: 'outside-only' };
  const { window } = new JSDOM(html, { ...options, virtualConsole: console });
  const size = { width: 800, height: 600 };
  const boxes = [{ inlineSize: 800, blockSize: 600 }];
  const observer = (tell) =>
    class {
      constructor(hear) {
        this.hear = hear;
      }
      observe(target) {
        if (tell) setTimeout(() => this.hear([{ target, contentRect: size, borderBoxSize: boxes, contentBoxSize: boxes }], this));
      }
      unobserve() {}
      disconnect() {}
    };
  Object.assign(window, { fetch: request, Request, Response, Headers, TextEncoder, TextDecoder, ReadableStream, Blob });
  Object.assign(window, { structuredClone, Uint8Array, ArrayBuffer });
  window.matchMedia = () => ({ matches: false, addListener() {}, removeListener() {}, addEventListener() {}, removeEventListener() {} });
  window.ResizeObserver = observer(true);
  window.IntersectionObserver = observer(false);
  // The styles of the page hold selectors that jsdom cannot read.
  window.getComputedStyle = () => new Proxy({}, { get: (_, name) => (name === 'getPropertyValue' ? () => '' : '') });
  window.HTMLCanvasElement.prototype.getContext = (kind) => anything(surfaces[kind === '2d' ? '2d' : 'webgl2']);
  return window;
}

async function draw() {
  const window = open();
  window.eval(fs.readFileSync('page.bundle.js', 'utf8'));
  const page = window.page;
  const settings = {
    endpoint,
    region: given('REGION'),
    credentials: { accessKeyId: given('ACCOUNT'), secretAccessKey: 'secret' },
    disableHostPrefix: true,
  };
  const client = new page.IoTSiteWiseClient(settings);
  const describe = (input) => client.send(new page.DescribeDashboardCommand(input));
  const migrated = await page.migrateDashboard({
    parameters: { dashboardId: given('FIRST') },
    iotSiteWiseClient: { describeDashboard: describe },
  });
  const { dashboardDefinition } = await describe({ dashboardId: given('SECOND') });
  const clients = {
    iotSiteWiseClient: client,
    iotEventsClient: new page.IoTEventsClient(settings),
    iotTwinMakerClient: new page.IoTTwinMakerClient(settings),
  };
  const view = { dashboardConfiguration: JSON.parse(dashboardDefinition), clientConfiguration: clients };
  page.createRoot(window.document.getElementById('root')).render(page.React.createElement(page.DashboardView, view));
  const text = () => window.document.body.textContent;
  const wanted = JSON.parse(given('SHOWS'));
  const end = Date.now() + TEXTS_MAX_MS;
  while (Date.now() < end && !wanted.every((one) => text().includes(one))) {
    await new Promise((resume) => setTimeout(resume, 100));
  }
  return { migrated, text: text(), calls, complaints };
}

draw().then(
  (seen) => {
    process.stdout.write(JSON.stringify(seen), () => process.exit(0));
  },
  (error) => {
    process.stderr.write(`${error?.stack ?? error}\n`, () => process.exit(1));
  },
);
