import { probeSuite } from '../../conformance/probe-suite.contract.ts';

probeSuite({ sidecar: true });
