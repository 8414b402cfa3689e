import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // The api serves the built files at the root, and the page itself at any path inside it.
  base: '/',
  plugins: [svelte()],
  build: {
    target: 'es2022',
    manifest: true,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        // Libraries apart: the budget holds them to their own bounds, and screens to theirs.
        codeSplitting: {
          groups: [
            { name: 'leaflet', test: /node_modules\/leaflet\// },
            { name: 'uplot', test: /node_modules\/uplot\// },
          ],
        },
      },
    },
  },
  // Without this, vitest would load Svelte's server build, in which components cannot be mounted.
  resolve: process.env['VITEST'] ? { conditions: ['browser'] } : {},
  test: {
    environment: 'happy-dom',
    include: ['tests/**/*.test.ts'],
  },
  server: {
    // `npm run dev` against a running `parkwatch up`.
    proxy: { '/api': { target: 'http://127.0.0.1:8000', ws: true } },
  },
});
