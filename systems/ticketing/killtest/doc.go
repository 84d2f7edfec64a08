package killtest
