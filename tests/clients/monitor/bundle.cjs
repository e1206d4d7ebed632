// Makes one file of the page and everything that it is made of.
require('esbuild').buildSync({
  entryPoints: ['page.js'],
  outfile: 'page.bundle.js',
  bundle: true,
  platform: 'browser',
  format: 'iife',
  logLevel: 'error',
  loader: { '.css': 'empty', '.scss': 'empty', '.svg': 'text', '.png': 'dataurl' },
  define: { 'import.meta.url': '"file:///page"', 'process.env.NODE_ENV': '"production"', global: 'globalThis' },
  // A file that the package of the charts does not list under this name.
  alias: { 'echarts/lib/chart/line/poly': './node_modules/echarts/lib/chart/line/poly.js' },
});
