import { probeSuite } from './probe-suite.contract.ts';

probeSuite({ sidecar: false });
