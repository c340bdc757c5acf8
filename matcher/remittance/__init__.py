"""What payers and payment providers say a payment is for: remittance advices and settlement files. Bytes in, checked records out."""
