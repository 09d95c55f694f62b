import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import vue from '@vitejs/plugin-vue';
import { defineConfig, type Plugin } from 'vite';
import { readCatalogue } from './tools/catalogue.mjs';

const cataloguePath = fileURLToPath(new URL('src/catalogue.txt', import.meta.url));

/** Makes the module `virtual:catalogue` of the rows in src/catalogue.txt. */
function catalogue(): Plugin {
  const name = 'virtual:catalogue';
  return {
    name,
    resolveId: (id) => (id === name ? '\0' + name : null),
    load(id) {
      if (id !== '\0' + name) return null;
      this.addWatchFile(cataloguePath);
      const { keys, zh, en } = readCatalogue(readFileSync(cataloguePath, 'utf8'));
      return `export default ${JSON.stringify({ keys, zh, en })}`;
    },
  };
}

/** The library names a page of its own site in its error messages; what is built names no host. */
const noHosts: Plugin = {
  name: 'no-hosts',
  renderChunk: (code) => code.split('https://vuejs.org/error-reference/#runtime-').join('vue error '),
};

export default defineConfig({
  plugins: [vue(), catalogue(), noHosts],
  base: './',
  define: { __VUE_OPTIONS_API__: 'false', __VUE_PROD_DEVTOOLS__: 'false', __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false' },
  server: { proxy: { '/api': 'http://127.0.0.1:8970' } },
  build: {
    target: 'es2019',
    cssTarget: 'chrome86',
    assetsInlineLimit: 0, // a strict content policy refuses data: addresses
    cssCodeSplit: false,
    modulePreload: false,
    reportCompressedSize: false,
    rollupOptions: { output: { inlineDynamicImports: true } }, // import() is younger than ES2019
  },
});
