"""What the functions of the package and of the stack may be allowed to do."""

# IAM takes a misspelt action without a word, and so do all linters: these are all there may be.
ACTIONS = {
    "apigateway:PATCH",
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "s3:DeleteObject",
    "s3:GetObject",
    "s3:ListBucket",
    "s3:PutObject",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "sqs:ReceiveMessage",
    "sqs:SendMessage",
}
