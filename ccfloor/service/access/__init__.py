"""Who asks: accounts, sign-in, sessions, and the identity that every read and every act goes by."""
