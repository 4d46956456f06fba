import {readFileSync} from 'node:fs';
import {defineConfig} from 'vite';

const SERVER = process.env.HEADWATER ?? 'http://127.0.0.1:8080';
const {dependencies} = JSON.parse(readFileSync(new URL('package.json', import.meta.url)));

/** The licences of the libraries in the page, beside it. */
const licences = {
    name: 'licences',
    generateBundle() {
        const read = name => readFileSync(new URL(`node_modules/${name}/LICENSE`, import.meta.url), 'utf8');
        const source = Object.entries(dependencies).map(([name, version]) => `${name} ${version}\n\n${read(name)}`);
        this.emitFile({type: 'asset', fileName: 'licences.txt', source: source.join('\n\n')});
    },
};

// The bundle serves the page at /, from the folder that it is built into. For work on the page: start
// `headwater server`, then `npm run dev`, which passes requests on to it.
export default defineConfig({
    root: 'src/main/web',
    base: './',
    cacheDir: '../../../node_modules/.vite',
    plugins: [licences],
    esbuild: {jsx: 'automatic', jsxImportSource: 'preact'},
    build: {
        outDir: '../../../target/classes/org/headwater/web/internal/page',
        emptyOutDir: true,
        target: 'es2022',
    },
    server: {proxy: {'/api/': SERVER, '/health': SERVER, '/metrics': SERVER}},
});
