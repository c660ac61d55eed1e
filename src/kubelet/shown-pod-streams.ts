import type { PodStreams } from '../ports/pod-streams.ts';

/**
 * The streams of Pods as the API names them: a mirror object has a uid of its own, and what runs is the static Pod that it
 * shows (`pkg/kubelet/pod/pod_manager.go` TranslatePodUID).
 */
export function shownPodStreams(streams: PodStreams, shownBy: (uid: string) => string | undefined): PodStreams {
  const named = <T extends { readonly uid: string }>(request: T): T => ({ ...request, uid: shownBy(request.uid) ?? request.uid });
  return {
    streamUrl: (request) => streams.streamUrl(named(request)),
    openLog: (request) => streams.openLog(named(request)),
  };
}
