"""A whole country's hazard sources: many gateways with little behind each."""
