export { ArtifactSources, type SourceRequest } from './artifact-sources.js';
export type { FoundAt, Located, LocatedFile, OpenFile } from './located.js';
export { ArtifactDownloader } from './web/artifact-downloader.js';
