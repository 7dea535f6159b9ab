import { defineConfig } from "vite";

// One script, one style sheet and one chart chunk, loaded only by pages that draw charts.
export default defineConfig({
  base: "./",
  build: {
    outDir: "../src/shucheng/web/static/build",
    emptyOutDir: true,
    chunkSizeWarningLimit: 700,
    manifest: "manifest.json",
    target: "es2022",
    rolldownOptions: {
      input: { shell: "src/shell.js", charts: "src/charts.js", style: "src/style.css" },
      output: {
        entryFileNames: "[name].js",
        chunkFileNames: "[name].js",
        assetFileNames: "[name][extname]",
      },
    },
  },
});
