/// What people call what is traded, beside its symbol. Exchanges give each share a symbol of its own; these are the companies'
/// names and their short forms as they are said in India, and a few from elsewhere.
enum SaidNames {
  static let all: [String: [String]] = [
    "BTC": ["bitcoin", "bitcoins"], "ETH": ["ethereum", "ether"], "XRP": ["ripple"], "SOL": ["solana"],
    "ADA": ["cardano"], "DOGE": ["dogecoin"], "LTC": ["litecoin"],
    "INFY": ["infosys"], "TCS": ["tata consultancy", "tata consultancy services"],
    "RELIANCE": ["ril", "reliance industries"], "HDFCBANK": ["hdfc", "hdfc bank"],
    "ICICIBANK": ["icici", "icici bank"], "SBIN": ["sbi", "state bank", "state bank of india"],
    "HINDUNILVR": ["hul", "hindustan unilever"], "BHARTIARTL": ["airtel", "bharti airtel"],
    "KOTAKBANK": ["kotak", "kotak bank"], "LT": ["larsen", "larsen and toubro"], "AXISBANK": ["axis bank"],
    "BAJFINANCE": ["bajaj finance"], "BAJAJFINSV": ["bajaj finserv"], "ASIANPAINT": ["asian paints"],
    "MARUTI": ["maruti suzuki"], "TATAMOTORS": ["tata motors"], "TATASTEEL": ["tata steel"],
    "TATAPOWER": ["tata power"], "SUNPHARMA": ["sun pharma"], "HCLTECH": ["hcl", "hcl tech"],
    "ULTRACEMCO": ["ultratech", "ultratech cement"], "NESTLEIND": ["nestle", "nestle india"],
    "POWERGRID": ["power grid"], "COALINDIA": ["coal india"], "ADANIENT": ["adani enterprises"],
    "ADANIPORTS": ["adani ports"], "TECHM": ["tech mahindra"], "INDUSINDBK": ["indusind", "indusind bank"],
    "DRREDDY": ["dr reddy", "dr reddys"], "HEROMOTOCO": ["hero motocorp"], "EICHERMOT": ["eicher motors"],
    "APOLLOHOSP": ["apollo hospitals"], "JSWSTEEL": ["jsw steel"], "NIFTYBEES": ["nifty bees"],
    "GOLDBEES": ["gold bees"], "AAPL": ["apple"], "MSFT": ["microsoft"], "GOOGL": ["google", "alphabet"],
    "AMZN": ["amazon"], "TSLA": ["tesla"], "NVDA": ["nvidia"], "NFLX": ["netflix"],
  ]
}
