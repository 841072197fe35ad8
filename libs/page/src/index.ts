export { bundlePage, pageModule } from './bundle-page.ts'
