"""API Gateway and Lambda on this machine: HTTP in front of workers that run the real package."""
