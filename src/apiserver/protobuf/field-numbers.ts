/**
 * Field numbers of the types that Go clients send as protobuf (`generated.proto` of `k8s.io/api` and `k8s.io/apimachinery`;
 * they never change). A row is a type of the API's schema, which knows the fields' types. `~` after a number: in Go the
 * field cannot say "not given", so zero means that.
 *
 * Since 1.32 kubectl sends these for the commands that build an object themselves (`create namespace`, `auth can-i`,
 * `drain`, …); what comes from a file is sent as JSON.
 */
export const FIELD_NUMBERS: Readonly<Record<string, string>> = {
  ObjectMeta:
    'name=1 generateName=2 namespace=3 selfLink=4 uid=5 resourceVersion=6 generation=7~ creationTimestamp=8 deletionTimestamp=9 deletionGracePeriodSeconds=10 labels=11 annotations=12 ownerReferences=13 finalizers=14 managedFields=17',
  OwnerReference: 'kind=1 name=3 uid=4 apiVersion=5 controller=6 blockOwnerDeletion=7',
  ManagedFieldsEntry: 'manager=1 operation=2 apiVersion=3 time=4 fieldsType=6 fieldsV1=7 subresource=8',
  ObjectReference: 'kind=1 namespace=2 name=3 uid=4 apiVersion=5 resourceVersion=6 fieldPath=7',
  LocalObjectReference: 'name=1',
  DeleteOptions: 'gracePeriodSeconds=1 preconditions=2 orphanDependents=3 propagationPolicy=4 dryRun=5',
  Preconditions: 'uid=1 resourceVersion=2',

  ConfigMap: 'metadata=1 data=2 binaryData=3 immutable=4',
  Secret: 'metadata=1 data=2 type=3 stringData=4 immutable=5',
  Namespace: 'metadata=1 spec=2 status=3',
  NamespaceSpec: 'finalizers=1',
  NamespaceStatus: 'phase=1',
  ServiceAccount: 'metadata=1 secrets=2 imagePullSecrets=3 automountServiceAccountToken=4',
  Service: 'metadata=1 spec=2 status=3',
  ServiceSpec:
    'ports=1 selector=2 clusterIP=3 type=4 externalIPs=5 sessionAffinity=7 loadBalancerIP=8 loadBalancerSourceRanges=9 externalName=10 externalTrafficPolicy=11 healthCheckNodePort=12~ publishNotReadyAddresses=13~ sessionAffinityConfig=14 ipFamilyPolicy=17 clusterIPs=18 ipFamilies=19 allocateLoadBalancerNodePorts=20 loadBalancerClass=21 internalTrafficPolicy=22 trafficDistribution=23',
  ServicePort: 'name=1 protocol=2 port=3 targetPort=4 nodePort=5~ appProtocol=6',
  SessionAffinityConfig: 'clientIP=1',
  ClientIPConfig: 'timeoutSeconds=1',
  ServiceStatus: 'loadBalancer=1',
  LoadBalancerStatus: '',
  Binding: 'metadata=1 target=2',

  'core.Event':
    'metadata=1 involvedObject=2 reason=3 message=4 source=5 firstTimestamp=6 lastTimestamp=7 count=8~ type=9 eventTime=10 series=11 action=12 related=13 reportingComponent=14 reportingInstance=15',
  'core.EventSeries': 'count=1~ lastObservedTime=2',
  EventSource: 'component=1 host=2',
  'events.Event':
    'metadata=1 eventTime=2 series=3 reportingController=4 reportingInstance=5 action=6 reason=7 regarding=8 related=9 note=10 type=11 deprecatedSource=12 deprecatedFirstTimestamp=13 deprecatedLastTimestamp=14 deprecatedCount=15~',
  'events.EventSeries': 'count=1 lastObservedTime=2',

  Lease: 'metadata=1 spec=2',
  LeaseSpec: 'holderIdentity=1 leaseDurationSeconds=2 acquireTime=3 renewTime=4 leaseTransitions=5 strategy=6 preferredHolder=7',
  PriorityClass: 'metadata=1 value=2 globalDefault=3~ description=4 preemptionPolicy=5',
  Eviction: 'metadata=1 deleteOptions=2',

  SelfSubjectAccessReview: 'metadata=1 spec=2 status=3',
  SelfSubjectAccessReviewSpec: 'resourceAttributes=1 nonResourceAttributes=2',
  SubjectAccessReview: 'metadata=1 spec=2 status=3',
  LocalSubjectAccessReview: 'metadata=1 spec=2 status=3',
  SubjectAccessReviewSpec: 'resourceAttributes=1 nonResourceAttributes=2 user=3 groups=4 extra=5 uid=6',
  SubjectAccessReviewStatus: 'allowed=1~ reason=2 evaluationError=3 denied=4~',
  ResourceAttributes: 'namespace=1 verb=2 group=3 version=4 resource=5 subresource=6 name=7',
  NonResourceAttributes: 'path=1 verb=2',
  SelfSubjectRulesReview: 'metadata=1 spec=2 status=3',
  SelfSubjectRulesReviewSpec: 'namespace=1',
  SubjectRulesReviewStatus: '',
  SelfSubjectReview: 'metadata=1 status=2',
  SelfSubjectReviewStatus: '',
  TokenReview: 'metadata=1 spec=2 status=3',
  TokenReviewSpec: 'token=1 audiences=2',
  TokenReviewStatus: '',
  TokenRequest: 'metadata=1 spec=2 status=3',
  TokenRequestSpec: 'audiences=1 boundObjectRef=3 expirationSeconds=4',
  BoundObjectReference: 'kind=1 apiVersion=2 name=3 uid=4',
  TokenRequestStatus: 'token=1 expirationTimestamp=2',
};
