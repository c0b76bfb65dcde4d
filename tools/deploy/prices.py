"""What AWS charges, of which the dashboard and `bench/operations` reckon up what a stage costs.

List prices of us-east-1 in US dollars without free amounts, discounts and taxes, written down from
the services' pricing pages on the day below. They are a snapshot: Frankfurt is some 5 to 25 % above
them, and any of them may have changed since.
"""

from dataclasses import dataclass

DATE = "2026-11-21"
REGION = "us-east-1"
SOURCE = "the pricing pages of each service, aws.amazon.com/<service>/pricing"
MILLION = 1e6


@dataclass(frozen=True, slots=True)
class Price:
    """What one unit of something costs, in US dollars."""

    service: str
    unit: str
    dollars: float


LAMBDA_GB_SECOND = Price("Lambda", "GB-second, x86, the first 6 billion", 0.0000166667)
LAMBDA_ARM_GB_SECOND = Price(
    "Lambda", "GB-second, arm64 (Graviton), the first 7.5 billion", 0.0000133334
)
PROVISIONED_GB_SECOND = Price("Lambda", "GB-second kept warm, x86", 0.0000041667)
PROVISIONED_DURATION_GB_SECOND = Price("Lambda", "GB-second at work of these", 0.0000097222)
LAMBDA_REQUEST = Price("Lambda", "request", 0.20 / MILLION)
GATEWAY_REQUEST = Price(
    "API Gateway", "request of a REST API, the first 333 million", 3.50 / MILLION
)
CLOUDFRONT_REQUEST = Price("CloudFront", "HTTPS request, United States", 0.0100 / 10_000)
CLOUDFRONT_GB = Price("CloudFront", "GB sent out, the first 10 TB", 0.085)
LOGS_GB = Price("CloudWatch Logs", "GB taken in", 0.50)
LOGS_GB_MONTH = Price("CloudWatch Logs", "GB kept for a month", 0.03)
ALARM_MONTH = Price("CloudWatch", "alarm on one metric, a month", 0.10)
METRIC_MONTH = Price("CloudWatch", "metric of our own, a month", 0.30)
DASHBOARD_MONTH = Price("CloudWatch", "dashboard, a month, from the fourth on", 3.00)
S3_PUT = Price("S3", "PUT or LIST", 0.005 / 1000)
S3_GET = Price("S3", "GET", 0.0004 / 1000)
S3_GB_MONTH = Price("S3", "GB kept for a month", 0.023)
SQS_REQUEST = Price("SQS", "request to a standard queue", 0.40 / MILLION)
SERVER_HOUR = Price("EC2", "t4g.small (2 cores, 2 GB), an hour", 0.0168)
ADDRESS_HOUR = Price("EC2", "public IPv4 address, an hour", 0.005)
DISK_GB_MONTH = Price("EC2", "GB of a gp3 disk, a month", 0.08)

PRICES = tuple(value for value in list(globals().values()) if isinstance(value, Price))
