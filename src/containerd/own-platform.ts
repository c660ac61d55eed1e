/** This machine as image manifests spell it (Go's GOOS and GOARCH). */
export const ownPlatform = { os: 'linux', architecture: process.arch === 'x64' ? 'amd64' : process.arch } as const;
