// Made by `autorest types`: do not edit, make it again.

export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[]

export type Database = {
  __InternalSupabase: {
    PostgrestVersion: "14.0"
  }
  api: {
    Tables: {
      "Odd Table": {
        Row: {
          ID: number
          "two words": string | null
          "dot.col": string | null
          "comma,col": string | null
          "paren(col)": string | null
          "colon:col": string | null
          "quo\"te": string | null
          "back\\slash": string | null
          "dash-col": string | null
          order: number | null
          limit: number | null
          select: string | null
          and: boolean | null
          $money: number | null
          "per%cent": string | null
          "naïve_日本": string | null
          " lead space": string | null
        }
        Insert: {
          ID: number
          "two words"?: string | null
          "dot.col"?: string | null
          "comma,col"?: string | null
          "paren(col)"?: string | null
          "colon:col"?: string | null
          "quo\"te"?: string | null
          "back\\slash"?: string | null
          "dash-col"?: string | null
          order?: number | null
          limit?: number | null
          select?: string | null
          and?: boolean | null
          $money?: number | null
          "per%cent"?: string | null
          "naïve_日本"?: string | null
          " lead space"?: string | null
        }
        Update: {
          ID?: number
          "two words"?: string | null
          "dot.col"?: string | null
          "comma,col"?: string | null
          "paren(col)"?: string | null
          "colon:col"?: string | null
          "quo\"te"?: string | null
          "back\\slash"?: string | null
          "dash-col"?: string | null
          order?: number | null
          limit?: number | null
          select?: string | null
          and?: boolean | null
          $money?: number | null
          "per%cent"?: string | null
          "naïve_日本"?: string | null
          " lead space"?: string | null
        }
        Relationships: []
      }
      "Straße": {
        Row: {
          "schlüssel": string
          wert: number | null
          parent: string | null
        }
        Insert: {
          "schlüssel": string
          wert?: number | null
          parent?: string | null
        }
        Update: {
          "schlüssel"?: string
          wert?: number | null
          parent?: string | null
        }
        Relationships: [
          {
            foreignKeyName: "straße_fk"
            columns: ["parent"]
            isOneToOne: false
            referencedRelation: "Straße"
            referencedColumns: ["schlüssel"]
          },
        ]
      }
      UPPER: {
        Row: {
          Id: number
          Value: string | null
        }
        Insert: {
          Id: number
          Value?: string | null
        }
        Update: {
          Id?: number
          Value?: string | null
        }
        Relationships: []
      }
      addresses: {
        Row: {
          id: number
          label: string | null
          street: string
          city: string
        }
        Insert: {
          id: number
          label?: string | null
          street: string
          city: string
        }
        Update: {
          id?: number
          label?: string | null
          street?: string
          city?: string
        }
        Relationships: []
      }
      all_types: {
        Row: {
          id: number
          c_int2: number | null
          c_int8: number | null
          c_float4: number | null
          c_float8: number | null
          c_numeric: number | null
          c_money: string | null
          c_bool: boolean | null
          c_text: string | null
          c_varchar: string | null
          c_char: string | null
          c_name: string | null
          c_uuid: string | null
          c_date: string | null
          c_time: string | null
          c_timetz: string | null
          c_timestamp: string | null
          c_timestamptz: string | null
          c_interval: string | null
          c_bytea: string | null
          c_json: Json | null
          c_jsonb: Json | null
          c_int4range: string | null
          c_numrange: string | null
          c_tstzrange: string | null
          c_multirange: string | null
          c_tsvector: string | null
          c_tsquery: string | null
          c_inet: string | null
          c_cidr: string | null
          c_macaddr: string | null
          c_point: string | null
          c_xml: string | null
          c_bit: string | null
          c_varbit: string | null
          c_int_array: number[] | null
          c_text_array: string[] | null
          c_matrix: number[] | null
          c_enum: Database["api"]["Enums"]["tier"] | null
          c_enum_array: Database["api"]["Enums"]["tier"][] | null
          c_composite: Database["api"]["CompositeTypes"]["dims"] | null
          c_domain: number | null
          c_oid: string | null
          c_jsonb_array: Json[] | null
        }
        Insert: {
          id: number
          c_int2?: number | null
          c_int8?: number | null
          c_float4?: number | null
          c_float8?: number | null
          c_numeric?: number | null
          c_money?: string | null
          c_bool?: boolean | null
          c_text?: string | null
          c_varchar?: string | null
          c_char?: string | null
          c_name?: string | null
          c_uuid?: string | null
          c_date?: string | null
          c_time?: string | null
          c_timetz?: string | null
          c_timestamp?: string | null
          c_timestamptz?: string | null
          c_interval?: string | null
          c_bytea?: string | null
          c_json?: Json | null
          c_jsonb?: Json | null
          c_int4range?: string | null
          c_numrange?: string | null
          c_tstzrange?: string | null
          c_multirange?: string | null
          c_tsvector?: string | null
          c_tsquery?: string | null
          c_inet?: string | null
          c_cidr?: string | null
          c_macaddr?: string | null
          c_point?: string | null
          c_xml?: string | null
          c_bit?: string | null
          c_varbit?: string | null
          c_int_array?: number[] | null
          c_text_array?: string[] | null
          c_matrix?: number[] | null
          c_enum?: Database["api"]["Enums"]["tier"] | null
          c_enum_array?: Database["api"]["Enums"]["tier"][] | null
          c_composite?: Database["api"]["CompositeTypes"]["dims"] | null
          c_domain?: number | null
          c_oid?: string | null
          c_jsonb_array?: Json[] | null
        }
        Update: {
          id?: number
          c_int2?: number | null
          c_int8?: number | null
          c_float4?: number | null
          c_float8?: number | null
          c_numeric?: number | null
          c_money?: string | null
          c_bool?: boolean | null
          c_text?: string | null
          c_varchar?: string | null
          c_char?: string | null
          c_name?: string | null
          c_uuid?: string | null
          c_date?: string | null
          c_time?: string | null
          c_timetz?: string | null
          c_timestamp?: string | null
          c_timestamptz?: string | null
          c_interval?: string | null
          c_bytea?: string | null
          c_json?: Json | null
          c_jsonb?: Json | null
          c_int4range?: string | null
          c_numrange?: string | null
          c_tstzrange?: string | null
          c_multirange?: string | null
          c_tsvector?: string | null
          c_tsquery?: string | null
          c_inet?: string | null
          c_cidr?: string | null
          c_macaddr?: string | null
          c_point?: string | null
          c_xml?: string | null
          c_bit?: string | null
          c_varbit?: string | null
          c_int_array?: number[] | null
          c_text_array?: string[] | null
          c_matrix?: number[] | null
          c_enum?: Database["api"]["Enums"]["tier"] | null
          c_enum_array?: Database["api"]["Enums"]["tier"][] | null
          c_composite?: Database["api"]["CompositeTypes"]["dims"] | null
          c_domain?: number | null
          c_oid?: string | null
          c_jsonb_array?: Json[] | null
        }
        Relationships: []
      }
      articles: {
        Row: {
          id: number
          title: string
          body: string | null
          lang: string
          doc: string | null
          meta: Json | null
          doc_of: string | null
        }
        Insert: {
          id: number
          title: string
          body?: string | null
          lang?: string
          doc?: never
          meta?: Json | null
        }
        Update: {
          id?: number
          title?: string
          body?: string | null
          lang?: string
          doc?: never
          meta?: Json | null
        }
        ComputedFields: "doc_of"
        Relationships: []
      }
      assignments: {
        Row: {
          task_id: number
          user_id: number
          role: string
          hours: number | null
        }
        Insert: {
          task_id: number
          user_id: number
          role?: string
          hours?: number | null
        }
        Update: {
          task_id?: number
          user_id?: number
          role?: string
          hours?: number | null
        }
        Relationships: [
          {
            foreignKeyName: "assignments_task_id_fkey"
            columns: ["task_id"]
            isOneToOne: false
            referencedRelation: "open_tasks"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "assignments_task_id_fkey"
            columns: ["task_id"]
            isOneToOne: false
            referencedRelation: "tasks"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "assignments_user_id_fkey"
            columns: ["user_id"]
            isOneToOne: false
            referencedRelation: "user_cards"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "assignments_user_id_fkey"
            columns: ["user_id"]
            isOneToOne: false
            referencedRelation: "users"
            referencedColumns: ["id"]
          },
        ]
      }
      audited: {
        Row: {
          id: number
          body: string | null
        }
        Insert: {
          id: number
          body?: string | null
        }
        Update: {
          id?: number
          body?: string | null
        }
        Relationships: []
      }
      bookings: {
        Row: {
          id: number
          room: number
          during: string
        }
        Insert: {
          id: number
          room: number
          during: string
        }
        Update: {
          id?: number
          room?: number
          during?: string
        }
        Relationships: []
      }
      clients: {
        Row: {
          id: number
          name: string
          tier: Database["api"]["Enums"]["tier"]
          meta: Json | null
          contact_email: string | null
          main_contact: Database["api"]["CompositeTypes"]["contact"] | null
        }
        Insert: {
          id: number
          name: string
          tier?: Database["api"]["Enums"]["tier"]
          meta?: Json | null
          contact_email?: string | null
          main_contact?: Database["api"]["CompositeTypes"]["contact"] | null
        }
        Update: {
          id?: number
          name?: string
          tier?: Database["api"]["Enums"]["tier"]
          meta?: Json | null
          contact_email?: string | null
          main_contact?: Database["api"]["CompositeTypes"]["contact"] | null
        }
        Relationships: []
      }
      coupons: {
        Row: {
          code: string | null
          percent: number | null
          used: boolean | null
        }
        Insert: {
          code?: string | null
          percent?: number | null
          used?: boolean | null
        }
        Update: {
          code?: string | null
          percent?: number | null
          used?: boolean | null
        }
        Relationships: []
      }
      defaults_demo: {
        Row: {
          id: number
          label: string | null
          amount: number | null
          flags: Json | null
          made_at: string | null
          tier: Database["api"]["Enums"]["tier"] | null
          required: string
        }
        Insert: {
          id: number
          label?: string | null
          amount?: number | null
          flags?: Json | null
          made_at?: string | null
          tier?: Database["api"]["Enums"]["tier"] | null
          required: string
        }
        Update: {
          id?: number
          label?: string | null
          amount?: number | null
          flags?: Json | null
          made_at?: string | null
          tier?: Database["api"]["Enums"]["tier"] | null
          required?: string
        }
        Relationships: []
      }
      employees: {
        Row: {
          id: number
          name: string
          manager_id: number | null
          department: string | null
          salary: number | null
          hired: string | null
        }
        Insert: {
          id: number
          name: string
          manager_id?: number | null
          department?: string | null
          salary?: number | null
          hired?: string | null
        }
        Update: {
          id?: number
          name?: string
          manager_id?: number | null
          department?: string | null
          salary?: number | null
          hired?: string | null
        }
        Relationships: [
          {
            foreignKeyName: "employees_manager_id_fkey"
            columns: ["manager_id"]
            isOneToOne: false
            referencedRelation: "employees"
            referencedColumns: ["id"]
          },
        ]
      }
      empty_table: {
        Row: {
          id: number
          note: string | null
        }
        Insert: {
          id: number
          note?: string | null
        }
        Update: {
          id?: number
          note?: string | null
        }
        Relationships: []
      }
      events: {
        Row: {
          id: number
          happened_on: string
          client_id: number | null
          kind: string
          payload: Json | null
        }
        Insert: {
          id: number
          happened_on: string
          client_id?: number | null
          kind: string
          payload?: Json | null
        }
        Update: {
          id?: number
          happened_on?: string
          client_id?: number | null
          kind?: string
          payload?: Json | null
        }
        Relationships: [
          {
            foreignKeyName: "events_client_id_fkey"
            columns: ["client_id"]
            isOneToOne: false
            referencedRelation: "client_totals"
            referencedColumns: ["client_id"]
          },
          {
            foreignKeyName: "events_client_id_fkey"
            columns: ["client_id"]
            isOneToOne: false
            referencedRelation: "div_by_zero"
            referencedColumns: ["id"]
          },
        ]
      }
      invoices: {
        Row: {
          id: number
          net: number
          vat: number
          gross: number | null
          note: string | null
        }
        Insert: {
          id?: never
          net: number
          vat?: number
          gross?: never
          note?: string | null
        }
        Update: {
          id?: never
          net?: number
          vat?: number
          gross?: never
          note?: string | null
        }
        Relationships: []
      }
      kv: {
        Row: {
          k: string
          v: string | null
          group: string | null
        }
        Insert: {
          k: string
          v?: string | null
          group?: string | null
        }
        Update: {
          k?: string
          v?: string | null
          group?: string | null
        }
        Relationships: []
      }
      log_lines: {
        Row: {
          at: string | null
          level: string | null
          message: string | null
        }
        Insert: {
          at?: string | null
          level?: string | null
          message?: string | null
        }
        Update: {
          at?: string | null
          level?: string | null
          message?: string | null
        }
        Relationships: []
      }
      measurements: {
        Row: {
          id: number
          sensor: string
          value: number | null
          taken_at: string
        }
        Insert: {
          id: number
          sensor: string
          value?: number | null
          taken_at: string
        }
        Update: {
          id?: number
          sensor?: string
          value?: number | null
          taken_at?: string
        }
        Relationships: []
      }
      memberships: {
        Row: {
          project_id: number
          user_id: number
          role: string
          since: string | null
        }
        Insert: {
          project_id: number
          user_id: number
          role?: string
          since?: string | null
        }
        Update: {
          project_id?: number
          user_id?: number
          role?: string
          since?: string | null
        }
        Relationships: [
          {
            foreignKeyName: "memberships_project_id_fkey"
            columns: ["project_id"]
            isOneToOne: false
            referencedRelation: "big_projects"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "memberships_project_id_fkey"
            columns: ["project_id"]
            isOneToOne: false
            referencedRelation: "project_overview"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "memberships_project_id_fkey"
            columns: ["project_id"]
            isOneToOne: false
            referencedRelation: "projects"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "memberships_user_id_fkey"
            columns: ["user_id"]
            isOneToOne: false
            referencedRelation: "user_cards"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "memberships_user_id_fkey"
            columns: ["user_id"]
            isOneToOne: false
            referencedRelation: "users"
            referencedColumns: ["id"]
          },
        ]
      }
      notes: {
        Row: {
          id: number
          owner: string
          body: string | null
          is_public: boolean
        }
        Insert: {
          id: number
          owner?: string
          body?: string | null
          is_public?: boolean
        }
        Update: {
          id?: number
          owner?: string
          body?: string | null
          is_public?: boolean
        }
        Relationships: []
      }
      order_items: {
        Row: {
          order_id: number
          sku: string
          qty: number
          unit_price: number
        }
        Insert: {
          order_id: number
          sku: string
          qty?: number
          unit_price: number
        }
        Update: {
          order_id?: number
          sku?: string
          qty?: number
          unit_price?: number
        }
        Relationships: [
          {
            foreignKeyName: "order_items_order_fkey"
            columns: ["order_id"]
            isOneToOne: false
            referencedRelation: "orders"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "order_items_order_fkey"
            columns: ["order_id"]
            isOneToOne: false
            referencedRelation: "orders_view"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "order_items_product_fkey"
            columns: ["sku"]
            isOneToOne: false
            referencedRelation: "products"
            referencedColumns: ["sku"]
          },
        ]
      }
      orders: {
        Row: {
          id: number
          client_id: number
          billing_address_id: number | null
          shipping_address_id: number | null
          status: Database["api"]["Enums"]["order_status"]
          total: number | null
          placed_at: string | null
        }
        Insert: {
          id: number
          client_id: number
          billing_address_id?: number | null
          shipping_address_id?: number | null
          status?: Database["api"]["Enums"]["order_status"]
          total?: number | null
          placed_at?: string | null
        }
        Update: {
          id?: number
          client_id?: number
          billing_address_id?: number | null
          shipping_address_id?: number | null
          status?: Database["api"]["Enums"]["order_status"]
          total?: number | null
          placed_at?: string | null
        }
        Relationships: [
          {
            foreignKeyName: "orders_billing_fkey"
            columns: ["billing_address_id"]
            isOneToOne: false
            referencedRelation: "addresses"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "orders_client_id_fkey"
            columns: ["client_id"]
            isOneToOne: false
            referencedRelation: "client_totals"
            referencedColumns: ["client_id"]
          },
          {
            foreignKeyName: "orders_client_id_fkey"
            columns: ["client_id"]
            isOneToOne: false
            referencedRelation: "clients"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "orders_client_id_fkey"
            columns: ["client_id"]
            isOneToOne: false
            referencedRelation: "div_by_zero"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "orders_shipping_fkey"
            columns: ["shipping_address_id"]
            isOneToOne: false
            referencedRelation: "addresses"
            referencedColumns: ["id"]
          },
        ]
      }
      paints: {
        Row: {
          id: number
          name: string
          color: Json
          fallback: Json | null
          mixed: Json | null
        }
        Insert: {
          id: number
          name: string
          color: Json
          fallback?: Json | null
          mixed?: Json | null
        }
        Update: {
          id?: number
          name?: string
          color?: Json
          fallback?: Json | null
          mixed?: Json | null
        }
        Relationships: []
      }
      pairs: {
        Row: {
          left_id: number
          right_id: number
        }
        Insert: {
          left_id: number
          right_id: number
        }
        Update: {
          left_id?: number
          right_id?: number
        }
        Relationships: []
      }
      products: {
        Row: {
          sku: string
          name: string
          price: number | null
          color: Json | null
          attrs: Json
          dims: Database["api"]["CompositeTypes"]["dims"] | null
          stock: number | null
          launched: Json | null
        }
        Insert: {
          sku: string
          name: string
          price?: number | null
          color?: Json | null
          attrs?: Json
          dims?: Database["api"]["CompositeTypes"]["dims"] | null
          stock?: number | null
          launched?: Json | null
        }
        Update: {
          sku?: string
          name?: string
          price?: number | null
          color?: Json | null
          attrs?: Json
          dims?: Database["api"]["CompositeTypes"]["dims"] | null
          stock?: number | null
          launched?: Json | null
        }
        Relationships: []
      }
      profiles: {
        Row: {
          user_id: number
          bio: string | null
          website: string | null
          avatar: string | null
        }
        Insert: {
          user_id: number
          bio?: string | null
          website?: string | null
          avatar?: string | null
        }
        Update: {
          user_id?: number
          bio?: string | null
          website?: string | null
          avatar?: string | null
        }
        Relationships: [
          {
            foreignKeyName: "profiles_user_id_fkey"
            columns: ["user_id"]
            isOneToOne: true
            referencedRelation: "user_cards"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "profiles_user_id_fkey"
            columns: ["user_id"]
            isOneToOne: true
            referencedRelation: "users"
            referencedColumns: ["id"]
          },
        ]
      }
      projects: {
        Row: {
          id: number
          client_id: number | null
          title: string
          budget: number | null
          tags: string[] | null
          period: string | null
          settings: Json | null
          lead_id: number | null
          backup_id: number | null
          is_active: boolean
          label: string | null
          settings_info: Json | null
        }
        Insert: {
          id?: number
          client_id?: number | null
          title: string
          budget?: number | null
          tags?: string[] | null
          period?: string | null
          settings?: Json | null
          lead_id?: number | null
          backup_id?: number | null
          is_active?: boolean
        }
        Update: {
          id?: number
          client_id?: number | null
          title?: string
          budget?: number | null
          tags?: string[] | null
          period?: string | null
          settings?: Json | null
          lead_id?: number | null
          backup_id?: number | null
          is_active?: boolean
        }
        ComputedFields: "label" | "settings_info"
        Relationships: [
          {
            foreignKeyName: "projects_backup_id_fkey"
            columns: ["backup_id"]
            isOneToOne: false
            referencedRelation: "user_cards"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "projects_backup_id_fkey"
            columns: ["backup_id"]
            isOneToOne: false
            referencedRelation: "users"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "projects_client_id_fkey"
            columns: ["client_id"]
            isOneToOne: false
            referencedRelation: "client_totals"
            referencedColumns: ["client_id"]
          },
          {
            foreignKeyName: "projects_client_id_fkey"
            columns: ["client_id"]
            isOneToOne: false
            referencedRelation: "clients"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "projects_client_id_fkey"
            columns: ["client_id"]
            isOneToOne: false
            referencedRelation: "div_by_zero"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "projects_lead_id_fkey"
            columns: ["lead_id"]
            isOneToOne: false
            referencedRelation: "user_cards"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "projects_lead_id_fkey"
            columns: ["lead_id"]
            isOneToOne: false
            referencedRelation: "users"
            referencedColumns: ["id"]
          },
        ]
      }
      read_only: {
        Row: {
          id: number
          body: string | null
        }
        Insert: {
          id: number
          body?: string | null
        }
        Update: {
          id?: number
          body?: string | null
        }
        Relationships: []
      }
      reviews: {
        Row: {
          id: number
          sku: string
          user_id: number | null
          stars: number
          remark: string | null
        }
        Insert: {
          id: number
          sku: string
          user_id?: number | null
          stars: number
          remark?: string | null
        }
        Update: {
          id?: number
          sku?: string
          user_id?: number | null
          stars?: number
          remark?: string | null
        }
        Relationships: [
          {
            foreignKeyName: "reviews_sku_fkey"
            columns: ["sku"]
            isOneToOne: false
            referencedRelation: "products"
            referencedColumns: ["sku"]
          },
          {
            foreignKeyName: "reviews_user_id_fkey"
            columns: ["user_id"]
            isOneToOne: false
            referencedRelation: "user_cards"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "reviews_user_id_fkey"
            columns: ["user_id"]
            isOneToOne: false
            referencedRelation: "users"
            referencedColumns: ["id"]
          },
        ]
      }
      rpc: {
        Row: {
          id: number
          note: string | null
        }
        Insert: {
          id: number
          note?: string | null
        }
        Update: {
          id?: number
          note?: string | null
        }
        Relationships: []
      }
      secrets: {
        Row: {
          id: number
          value: string | null
        }
        Insert: {
          id: number
          value?: string | null
        }
        Update: {
          id?: number
          value?: string | null
        }
        Relationships: []
      }
      slots: {
        Row: {
          id: number
          pos: number
        }
        Insert: {
          id: number
          pos: number
        }
        Update: {
          id?: number
          pos?: number
        }
        Relationships: []
      }
      staff_directory: {
        Row: {
          id: number
          name: string | null
          phone: string | null
          salary: number | null
        }
        Insert: {
          id: number
          name?: string | null
          phone?: string | null
          salary?: number | null
        }
        Update: {
          id?: number
          name?: string | null
          phone?: string | null
          salary?: number | null
        }
        Relationships: []
      }
      stickers: {
        Row: {
          id: number
          sku: string
          code: string
        }
        Insert: {
          id: number
          sku: string
          code: string
        }
        Update: {
          id?: number
          sku?: string
          code?: string
        }
        Relationships: [
          {
            foreignKeyName: "stickers_product_fkey"
            columns: ["sku"]
            isOneToOne: false
            referencedRelation: "products"
            referencedColumns: ["sku"]
          },
        ]
      }
      tasks: {
        Row: {
          id: number
          project_id: number | null
          title: string
          done: boolean
          priority: number | null
          due_at: string | null
          extra: Json | null
          is_overdue: boolean | null
        }
        Insert: {
          id?: never
          project_id?: number | null
          title: string
          done?: boolean
          priority?: number | null
          due_at?: string | null
          extra?: Json | null
        }
        Update: {
          id?: never
          project_id?: number | null
          title?: string
          done?: boolean
          priority?: number | null
          due_at?: string | null
          extra?: Json | null
        }
        ComputedFields: "is_overdue"
        Relationships: [
          {
            foreignKeyName: "tasks_project_id_fkey"
            columns: ["project_id"]
            isOneToOne: false
            referencedRelation: "big_projects"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "tasks_project_id_fkey"
            columns: ["project_id"]
            isOneToOne: false
            referencedRelation: "project_overview"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "tasks_project_id_fkey"
            columns: ["project_id"]
            isOneToOne: false
            referencedRelation: "projects"
            referencedColumns: ["id"]
          },
        ]
      }
      tenant_docs: {
        Row: {
          tenant_id: number
          id: number
          title: string
        }
        Insert: {
          tenant_id: number
          id: number
          title: string
        }
        Update: {
          tenant_id?: number
          id?: number
          title?: string
        }
        Relationships: []
      }
      timesheets: {
        Row: {
          id: number
          task_id: number
          user_id: number
          day: string
          hours: number
        }
        Insert: {
          id: number
          task_id: number
          user_id: number
          day: string
          hours: number
        }
        Update: {
          id?: number
          task_id?: number
          user_id?: number
          day?: string
          hours?: number
        }
        Relationships: [
          {
            foreignKeyName: "timesheets_assignment_fkey"
            columns: ["task_id", "user_id"]
            isOneToOne: false
            referencedRelation: "assignments"
            referencedColumns: ["task_id", "user_id"]
          },
        ]
      }
      todos: {
        Row: {
          id: number
          task: string
          done: boolean
          due: string | null
          position: number | null
        }
        Insert: {
          id?: number
          task: string
          done?: boolean
          due?: string | null
          position?: number | null
        }
        Update: {
          id?: number
          task?: string
          done?: boolean
          due?: string | null
          position?: number | null
        }
        Relationships: []
      }
      users: {
        Row: {
          id: number
          username: string
          email: string | null
          full_name: string | null
          is_staff: boolean
        }
        Insert: {
          id: number
          username: string
          email?: string | null
          full_name?: string | null
          is_staff?: boolean
        }
        Update: {
          id?: number
          username?: string
          email?: string | null
          full_name?: string | null
          is_staff?: boolean
        }
        Relationships: []
      }
      warranties: {
        Row: {
          id: number
          sku: string
          months: number
        }
        Insert: {
          id: number
          sku: string
          months: number
        }
        Update: {
          id?: number
          sku?: string
          months?: number
        }
        Relationships: [
          {
            foreignKeyName: "warranties_product_fkey"
            columns: ["sku"]
            isOneToOne: true
            referencedRelation: "products"
            referencedColumns: ["sku"]
          },
        ]
      }
      watchers: {
        Row: {
          project_id: number
          user_id: number
        }
        Insert: {
          project_id: number
          user_id: number
        }
        Update: {
          project_id?: number
          user_id?: number
        }
        Relationships: [
          {
            foreignKeyName: "watchers_project_id_fkey"
            columns: ["project_id"]
            isOneToOne: false
            referencedRelation: "big_projects"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "watchers_project_id_fkey"
            columns: ["project_id"]
            isOneToOne: false
            referencedRelation: "project_overview"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "watchers_project_id_fkey"
            columns: ["project_id"]
            isOneToOne: false
            referencedRelation: "projects"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "watchers_user_id_fkey"
            columns: ["user_id"]
            isOneToOne: false
            referencedRelation: "user_cards"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "watchers_user_id_fkey"
            columns: ["user_id"]
            isOneToOne: false
            referencedRelation: "users"
            referencedColumns: ["id"]
          },
        ]
      }
      write_only: {
        Row: {
          id: number
          body: string | null
        }
        Insert: {
          id: number
          body?: string | null
        }
        Update: {
          id?: number
          body?: string | null
        }
        Relationships: []
      }
      "表": {
        Row: {
          id: number
          "名前": string | null
          odd_id: number | null
        }
        Insert: {
          id: number
          "名前"?: string | null
          odd_id?: number | null
        }
        Update: {
          id?: number
          "名前"?: string | null
          odd_id?: number | null
        }
        Relationships: [
          {
            foreignKeyName: "表_odd_id_fkey"
            columns: ["odd_id"]
            isOneToOne: false
            referencedRelation: "Odd Table"
            referencedColumns: ["ID"]
          },
        ]
      }
    }
    Views: {
      big_projects: {
        Row: {
          id: number | null
          title: string | null
          client_id: number | null
          budget: number | null
        }
        Relationships: [
          {
            foreignKeyName: "projects_client_id_fkey"
            columns: ["client_id"]
            isOneToOne: false
            referencedRelation: "client_totals"
            referencedColumns: ["client_id"]
          },
          {
            foreignKeyName: "projects_client_id_fkey"
            columns: ["client_id"]
            isOneToOne: false
            referencedRelation: "clients"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "projects_client_id_fkey"
            columns: ["client_id"]
            isOneToOne: false
            referencedRelation: "div_by_zero"
            referencedColumns: ["id"]
          },
        ]
      }
      casted_projects: {
        Row: {
          id: string | null
          title: string | null
          client_id: number | null
        }
        Insert: {
          id?: string | null
          title?: string | null
          client_id?: number | null
        }
        Update: {
          id?: string | null
          title?: string | null
          client_id?: number | null
        }
        Relationships: [
          {
            foreignKeyName: "projects_client_id_fkey"
            columns: ["client_id"]
            isOneToOne: false
            referencedRelation: "client_totals"
            referencedColumns: ["client_id"]
          },
          {
            foreignKeyName: "projects_client_id_fkey"
            columns: ["client_id"]
            isOneToOne: false
            referencedRelation: "clients"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "projects_client_id_fkey"
            columns: ["client_id"]
            isOneToOne: false
            referencedRelation: "div_by_zero"
            referencedColumns: ["id"]
          },
        ]
      }
      client_totals: {
        Row: {
          client_id: number | null
          name: string | null
          budget: number | null
          projects: number | null
        }
        Relationships: []
      }
      const_view: {
        Row: {
          one: number | null
          two: string | null
        }
        Relationships: []
      }
      div_by_zero: {
        Row: {
          id: number | null
          boom: number | null
        }
        Insert: {
          id?: number | null
          boom?: number | null
        }
        Update: {
          id?: number | null
          boom?: number | null
        }
        Relationships: []
      }
      memberships_view: {
        Row: {
          project_id: number | null
          user_id: number | null
          role: string | null
        }
        Insert: {
          project_id?: number | null
          user_id?: number | null
          role?: string | null
        }
        Update: {
          project_id?: number | null
          user_id?: number | null
          role?: string | null
        }
        Relationships: [
          {
            foreignKeyName: "memberships_project_id_fkey"
            columns: ["project_id"]
            isOneToOne: false
            referencedRelation: "big_projects"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "memberships_project_id_fkey"
            columns: ["project_id"]
            isOneToOne: false
            referencedRelation: "project_overview"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "memberships_project_id_fkey"
            columns: ["project_id"]
            isOneToOne: false
            referencedRelation: "projects"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "memberships_user_id_fkey"
            columns: ["user_id"]
            isOneToOne: false
            referencedRelation: "user_cards"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "memberships_user_id_fkey"
            columns: ["user_id"]
            isOneToOne: false
            referencedRelation: "users"
            referencedColumns: ["id"]
          },
        ]
      }
      notes_all: {
        Row: {
          id: number | null
          owner: string | null
          body: string | null
          is_public: boolean | null
        }
        Insert: {
          id?: number | null
          owner?: string | null
          body?: string | null
          is_public?: boolean | null
        }
        Update: {
          id?: number | null
          owner?: string | null
          body?: string | null
          is_public?: boolean | null
        }
        Relationships: []
      }
      notes_mine: {
        Row: {
          id: number | null
          owner: string | null
          body: string | null
          is_public: boolean | null
        }
        Insert: {
          id?: number | null
          owner?: string | null
          body?: string | null
          is_public?: boolean | null
        }
        Update: {
          id?: number | null
          owner?: string | null
          body?: string | null
          is_public?: boolean | null
        }
        Relationships: []
      }
      open_tasks: {
        Row: {
          id: number | null
          project_id: number | null
          title: string | null
          priority: number | null
          done: boolean | null
        }
        Insert: {
          id?: number | null
          project_id?: number | null
          title?: string | null
          priority?: number | null
          done?: boolean | null
        }
        Update: {
          id?: number | null
          project_id?: number | null
          title?: string | null
          priority?: number | null
          done?: boolean | null
        }
        Relationships: [
          {
            foreignKeyName: "tasks_project_id_fkey"
            columns: ["project_id"]
            isOneToOne: false
            referencedRelation: "big_projects"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "tasks_project_id_fkey"
            columns: ["project_id"]
            isOneToOne: false
            referencedRelation: "project_overview"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "tasks_project_id_fkey"
            columns: ["project_id"]
            isOneToOne: false
            referencedRelation: "projects"
            referencedColumns: ["id"]
          },
        ]
      }
      orders_view: {
        Row: {
          id: number | null
          client_id: number | null
          bill_id: number | null
          ship_id: number | null
          total: number | null
        }
        Insert: {
          id?: number | null
          client_id?: number | null
          bill_id?: number | null
          ship_id?: number | null
          total?: number | null
        }
        Update: {
          id?: number | null
          client_id?: number | null
          bill_id?: number | null
          ship_id?: number | null
          total?: number | null
        }
        Relationships: [
          {
            foreignKeyName: "orders_billing_fkey"
            columns: ["bill_id"]
            isOneToOne: false
            referencedRelation: "addresses"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "orders_client_id_fkey"
            columns: ["client_id"]
            isOneToOne: false
            referencedRelation: "client_totals"
            referencedColumns: ["client_id"]
          },
          {
            foreignKeyName: "orders_client_id_fkey"
            columns: ["client_id"]
            isOneToOne: false
            referencedRelation: "clients"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "orders_client_id_fkey"
            columns: ["client_id"]
            isOneToOne: false
            referencedRelation: "div_by_zero"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "orders_shipping_fkey"
            columns: ["ship_id"]
            isOneToOne: false
            referencedRelation: "addresses"
            referencedColumns: ["id"]
          },
        ]
      }
      people: {
        Row: {
          id: number | null
          name: string | null
          kind: string | null
        }
        Relationships: []
      }
      project_overview: {
        Row: {
          id: number | null
          title: string | null
          budget: number | null
          client_id: number | null
          client_name: string | null
          lead_id: number | null
        }
        Relationships: [
          {
            foreignKeyName: "projects_client_id_fkey"
            columns: ["client_id"]
            isOneToOne: false
            referencedRelation: "client_totals"
            referencedColumns: ["client_id"]
          },
          {
            foreignKeyName: "projects_client_id_fkey"
            columns: ["client_id"]
            isOneToOne: false
            referencedRelation: "clients"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "projects_client_id_fkey"
            columns: ["client_id"]
            isOneToOne: false
            referencedRelation: "div_by_zero"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "projects_lead_id_fkey"
            columns: ["lead_id"]
            isOneToOne: false
            referencedRelation: "user_cards"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "projects_lead_id_fkey"
            columns: ["lead_id"]
            isOneToOne: false
            referencedRelation: "users"
            referencedColumns: ["id"]
          },
        ]
      }
      task_stats: {
        Row: {
          project_id: number | null
          total: number | null
          finished: number | null
        }
        Relationships: [
          {
            foreignKeyName: "tasks_project_id_fkey"
            columns: ["project_id"]
            isOneToOne: false
            referencedRelation: "big_projects"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "tasks_project_id_fkey"
            columns: ["project_id"]
            isOneToOne: false
            referencedRelation: "project_overview"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "tasks_project_id_fkey"
            columns: ["project_id"]
            isOneToOne: false
            referencedRelation: "projects"
            referencedColumns: ["id"]
          },
        ]
      }
      todo_view: {
        Row: {
          todo_id: number | null
          label: string | null
          completed: boolean | null
          position: number | null
        }
        Insert: {
          todo_id?: number | null
          label?: string | null
          completed?: boolean | null
          position?: number | null
        }
        Update: {
          todo_id?: number | null
          label?: string | null
          completed?: boolean | null
          position?: number | null
        }
        Relationships: []
      }
      unpopulated: {
        Row: {
          id: number | null
        }
        Relationships: []
      }
      user_cards: {
        Row: {
          id: number | null
          username: string | null
          bio: string | null
        }
        Insert: {
          id?: number | null
          username?: string | null
          bio?: string | null
        }
        Update: {
          id?: number | null
          username?: string | null
          bio?: string | null
        }
        Relationships: []
      }
    }
    Functions: {
      "Mixed Case": {
        Args: { "Arg One": number; "ünï"?: string }
        Returns: string
      }
      a_dims: {
        Args: never
        Returns: Database["api"]["CompositeTypes"]["dims"]
      }
      a_record: {
        Args: never
        Returns: Record<string, unknown>
      }
      add: {
        Args: { a: number; b?: number }
        Returns: number
      }
      add_todo: {
        Args: { task: string; done?: boolean }
        Returns: Database["api"]["Tables"]["todos"]["Row"]
        SetofOptions: {
          from: "*"
          to: "todos"
          isOneToOne: true
          isSetofReturn: false
        }
      }
      admin_only: {
        Args: never
        Returns: string
      }
      all_projects: {
        Args: never
        Returns: Database["api"]["Tables"]["projects"]["Row"][]
        SetofOptions: {
          from: "*"
          to: "projects"
          isOneToOne: false
          isSetofReturn: true
        }
      }
      ambig:
        | {
          Args: { a: number }
          Returns: string
        }
        | {
          Args: { a: string }
          Returns: string
        }
      ambig_default:
        | {
          Args: { a: number }
          Returns: string
        }
        | {
          Args: { a: number; b?: number }
          Returns: string
        }
      any_type: {
        Args: never
        Returns: string
      }
      archive_project: {
        Args: { pid: number }
        Returns: undefined
      }
      area: {
        Args: { d: Database["api"]["CompositeTypes"]["dims"] }
        Returns: number
      }
      assert_fails: {
        Args: never
        Returns: undefined
      }
      claims: {
        Args: never
        Returns: Json
      }
      clients: {
        Args: { "": Database["api"]["Tables"]["events"]["Row"] }
        Returns: Database["api"]["Tables"]["clients"]["Row"][]
        SetofOptions: {
          from: "events"
          to: "clients"
          isOneToOne: true
          isSetofReturn: true
        }
      }
      cookie_value: {
        Args: { name: string }
        Returns: string
      }
      counter: {
        Args: never
        Returns: number
      }
      describe:
        | {
          Args: { a: number }
          Returns: string
        }
        | {
          Args: { a: number; b: string }
          Returns: string
        }
        | {
          Args: { name: string }
          Returns: string
        }
        | {
          Args: never
          Returns: string
        }
      divide: {
        Args: { a: number; b: number }
        Returns: number
      }
      do_nothing: {
        Args: never
        Returns: undefined
      }
      do_nothing_stable: {
        Args: never
        Returns: undefined
      }
      echo_char: {
        Args: { c: string; b?: string }
        Returns: string
      }
      echo_json: {
        Args: { doc: Json }
        Returns: Json
      }
      echo_jsonb: {
        Args: { doc: Json }
        Returns: Json
      }
      fail_plain: {
        Args: never
        Returns: undefined
      }
      fail_quota: {
        Args: never
        Returns: undefined
      }
      fail_with: {
        Args: { state: string; msg?: string; det?: string; hin?: string }
        Returns: string
      }
      finish_all: {
        Args: never
        Returns: Database["api"]["Tables"]["todos"]["Row"][]
        SetofOptions: {
          from: "*"
          to: "todos"
          isOneToOne: false
          isSetofReturn: true
        }
      }
      first_user: {
        Args: never
        Returns: Database["api"]["Tables"]["users"]["Row"]
        SetofOptions: {
          from: "*"
          to: "users"
          isOneToOne: true
          isSetofReturn: false
        }
      }
      greet: {
        Args: { name: string }
        Returns: string
      }
      header_value: {
        Args: { name: string }
        Returns: string
      }
      ids: {
        Args: { n: number }
        Returns: number[]
      }
      in_out: {
        Args: { x: number; y?: number }
        Returns: { x: number }
      }
      is_even: {
        Args: { n: number }
        Returns: boolean
      }
      is_overdue: {
        Args: { t: Database["api"]["Tables"]["tasks"]["Row"] }
        Returns: boolean
      }
      join_words: {
        Args: { sep: string; words?: string[] }
        Returns: string
      }
      json_to_color: {
        Args: Record<string, Json>
        Returns: Json
      }
      leader: {
        Args: { "": Database["api"]["Tables"]["projects"]["Row"] }
        Returns: Database["api"]["Tables"]["users"]["Row"][]
        SetofOptions: {
          from: "projects"
          to: "users"
          isOneToOne: true
          isSetofReturn: true
        }
      }
      logo: {
        Args: never
        Returns: string
      }
      manager: {
        Args: { "": Database["api"]["Tables"]["employees"]["Row"] }
        Returns: Database["api"]["Tables"]["employees"]["Row"]
        SetofOptions: {
          from: "employees"
          to: "employees"
          isOneToOne: true
          isSetofReturn: false
        }
      }
      many_dims: {
        Args: never
        Returns: Database["api"]["CompositeTypes"]["dims"][]
      }
      nap: {
        Args: { seconds: number }
        Returns: string
      }
      no_rows: {
        Args: never
        Returns: Database["api"]["Tables"]["todos"]["Row"][]
        SetofOptions: {
          from: "*"
          to: "todos"
          isOneToOne: false
          isSetofReturn: true
        }
      }
      null_text: {
        Args: never
        Returns: string
      }
      numbers: {
        Args: never
        Returns: ({ n: number; square: number })[]
      }
      one_out: {
        Args: { a: number }
        Returns: { doubled: number }
      }
      overview_rows: {
        Args: never
        Returns: Database["api"]["Views"]["project_overview"]["Row"][]
        SetofOptions: {
          from: "*"
          to: "project_overview"
          isOneToOne: false
          isSetofReturn: true
        }
      }
      page: {
        Args: never
        Returns: string
      }
      page_for: {
        Args: { title: string }
        Returns: string
      }
      paint_list: {
        Args: never
        Returns: Database["api"]["Tables"]["paints"]["Row"][]
        SetofOptions: {
          from: "*"
          to: "paints"
          isOneToOne: false
          isSetofReturn: true
        }
      }
      peers: {
        Args: { "": Database["api"]["Tables"]["users"]["Row"] }
        Returns: Database["api"]["Tables"]["users"]["Row"][]
        SetofOptions: {
          from: "users"
          to: "users"
          isOneToOne: false
          isSetofReturn: true
        }
      }
      pi_value: {
        Args: never
        Returns: number
      }
      plain_note: {
        Args: never
        Returns: string
      }
      reports: {
        Args: { "": Database["api"]["Tables"]["employees"]["Row"] }
        Returns: Database["api"]["Tables"]["employees"]["Row"][]
        SetofOptions: {
          from: "employees"
          to: "employees"
          isOneToOne: false
          isSetofReturn: true
        }
      }
      request_info: {
        Args: never
        Returns: Json
      }
      request_info_volatile: {
        Args: never
        Returns: Json
      }
      reserved_args: {
        Args: { limit: number; select: string }
        Returns: string
      }
      root_doc: {
        Args: never
        Returns: Json
      }
      search_tasks: {
        Args: { term?: string; min_priority?: number }
        Returns: Database["api"]["Tables"]["tasks"]["Row"][]
        SetofOptions: {
          from: "*"
          to: "tasks"
          isOneToOne: false
          isSetofReturn: true
        }
      }
      set_response: {
        Args: { status?: string; headers?: string }
        Returns: string
      }
      set_response_void: {
        Args: { status?: string; headers?: string }
        Returns: undefined
      }
      setting: {
        Args: { name: string }
        Returns: string
      }
      slow: {
        Args: { seconds: number }
        Returns: undefined
      }
      sneaky_insert: {
        Args: never
        Returns: number
      }
      sneaky_write: {
        Args: never
        Returns: number
      }
      some_array: {
        Args: never
        Returns: number[]
      }
      some_bytes: {
        Args: never
        Returns: string
      }
      some_color: {
        Args: never
        Returns: Json
      }
      some_date: {
        Args: never
        Returns: string
      }
      some_enum: {
        Args: never
        Returns: Database["api"]["Enums"]["tier"]
      }
      some_json: {
        Args: never
        Returns: Json
      }
      split_name: {
        Args: { full_name: string }
        Returns: { first: string; last: string }
      }
      sum_array: {
        Args: { v: number[] }
        Returns: number
      }
      take_any:
        | {
          Args: Record<string, Json>
          Returns: string
        }
        | {
          Args: { "": string }
          Returns: string
        }
        | {
          Args: { a: number; b: number }
          Returns: string
        }
      take_bytes: {
        Args: { "": string }
        Returns: number
      }
      take_json: {
        Args: Record<string, Json>
        Returns: Json
      }
      take_jsonb: {
        Args: Record<string, Json>
        Returns: string
      }
      take_text: {
        Args: { "": string }
        Returns: string
      }
      take_two_json:
        | {
          Args: Record<string, Json>
          Returns: string
        }
        | {
          Args: Record<string, Json>
          Returns: string
        }
      take_xml: {
        Args: { "": string }
        Returns: string
      }
      task_by_id: {
        Args: { task_id: number }
        Returns: Database["api"]["Tables"]["tasks"]["Row"]
        SetofOptions: {
          from: "*"
          to: "tasks"
          isOneToOne: true
          isSetofReturn: false
        }
      }
      task_summary: {
        Args: { pid: number }
        Returns: ({ open_count: number; done_count: number; "Ünï col": string })[]
      }
      teapot: {
        Args: never
        Returns: Json
      }
      text_to_color: {
        Args: { "": string }
        Returns: Json
      }
      tier_name: {
        Args: { t?: Database["api"]["Enums"]["tier"] }
        Returns: string
      }
      total: {
        Args: { v: number[] }
        Returns: number
      }
      two_out_set: {
        Args: { n: number }
        Returns: ({ i: number; t: string })[]
      }
      tx_info: {
        Args: never
        Returns: Json
      }
      tx_info_serializable: {
        Args: never
        Returns: Json
      }
      tx_info_volatile: {
        Args: never
        Returns: Json
      }
      urgent_tasks: {
        Args: { "": Database["api"]["Tables"]["projects"]["Row"] }
        Returns: Database["api"]["Tables"]["tasks"]["Row"][]
        SetofOptions: {
          from: "projects"
          to: "tasks"
          isOneToOne: false
          isSetofReturn: true
        }
      }
      whoami: {
        Args: never
        Returns: string
      }
      words: {
        Args: never
        Returns: string[]
      }
      work_mem_of: {
        Args: never
        Returns: string
      }
    }
    Enums: {
      order_status: "new" | "paid" | "shipped" | "cancelled"
      tier: "basic" | "silver" | "gold"
    }
    CompositeTypes: {
      contact: {
        name: string | null
        phones: string[] | null
      }
      dims: {
        w: number | null
        h: number | null
        d: number | null
      }
      events_2023: {
      }
      events_2024: {
      }
      events_rest: {
      }
    }
  }
  tenant: {
    Tables: {
      accounts: {
        Row: {
          id: number
          client_id: number | null
          parent_id: number | null
          code: string
          title: string | null
          level: Database["tenant"]["Enums"]["level"] | null
          levels: Database["tenant"]["Enums"]["level"][] | null
          balance: number
          opened: string | null
          active: boolean | null
          info: Json | null
          keywords: string[] | null
          rate: number | null
          big: number | null
          small: number | null
          secret_note: string | null
        }
        Insert: {
          id?: number
          client_id?: number | null
          parent_id?: number | null
          code: string
          title?: string | null
          level?: Database["tenant"]["Enums"]["level"] | null
          levels?: Database["tenant"]["Enums"]["level"][] | null
          balance?: number
          opened?: string | null
          active?: boolean | null
          info?: Json | null
          keywords?: string[] | null
          rate?: number | null
          big?: number | null
          small?: number | null
          secret_note?: string | null
        }
        Update: {
          id?: number
          client_id?: number | null
          parent_id?: number | null
          code?: string
          title?: string | null
          level?: Database["tenant"]["Enums"]["level"] | null
          levels?: Database["tenant"]["Enums"]["level"][] | null
          balance?: number
          opened?: string | null
          active?: boolean | null
          info?: Json | null
          keywords?: string[] | null
          rate?: number | null
          big?: number | null
          small?: number | null
          secret_note?: string | null
        }
        Relationships: [
          {
            foreignKeyName: "accounts_parent_id_fkey"
            columns: ["parent_id"]
            isOneToOne: false
            referencedRelation: "accounts"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "accounts_parent_id_fkey"
            columns: ["parent_id"]
            isOneToOne: false
            referencedRelation: "active_accounts"
            referencedColumns: ["id"]
          },
        ]
      }
      entries: {
        Row: {
          id: number
          account_id: number
          amount: number
          tag: string | null
          stamp: string | null
        }
        Insert: {
          id: number
          account_id: number
          amount: number
          tag?: string | null
          stamp?: string | null
        }
        Update: {
          id?: number
          account_id?: number
          amount?: number
          tag?: string | null
          stamp?: string | null
        }
        Relationships: [
          {
            foreignKeyName: "entries_account_id_fkey"
            columns: ["account_id"]
            isOneToOne: false
            referencedRelation: "accounts"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "entries_account_id_fkey"
            columns: ["account_id"]
            isOneToOne: false
            referencedRelation: "active_accounts"
            referencedColumns: ["id"]
          },
        ]
      }
      todos: {
        Row: {
          id: number
          note: string | null
        }
        Insert: {
          id: number
          note?: string | null
        }
        Update: {
          id?: number
          note?: string | null
        }
        Relationships: []
      }
      vault: {
        Row: {
          id: number
          gold: number | null
        }
        Insert: {
          id: number
          gold?: number | null
        }
        Update: {
          id?: number
          gold?: number | null
        }
        Relationships: []
      }
    }
    Views: {
      active_accounts: {
        Row: {
          id: number | null
          code: string | null
          title: string | null
        }
        Insert: {
          id?: number | null
          code?: string | null
          title?: string | null
        }
        Update: {
          id?: number | null
          code?: string | null
          title?: string | null
        }
        Relationships: []
      }
      totals: {
        Row: {
          account_id: number | null
          total: number | null
        }
        Relationships: [
          {
            foreignKeyName: "entries_account_id_fkey"
            columns: ["account_id"]
            isOneToOne: false
            referencedRelation: "accounts"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "entries_account_id_fkey"
            columns: ["account_id"]
            isOneToOne: false
            referencedRelation: "active_accounts"
            referencedColumns: ["id"]
          },
        ]
      }
    }
    Functions: {
      add: {
        Args: { a: number }
        Returns: number
      }
      admin_job: {
        Args: never
        Returns: undefined
      }
      client: {
        Args: { "": Database["tenant"]["Tables"]["accounts"]["Row"] }
        Returns: Database["api"]["Tables"]["clients"]["Row"][]
        SetofOptions: {
          from: "accounts"
          to: "clients"
          isOneToOne: true
          isSetofReturn: true
        }
      }
      show_path: {
        Args: never
        Returns: string
      }
      tags: {
        Args: { list: string[]; doc: Json; lvl?: Database["tenant"]["Enums"]["level"] }
        Returns: string[]
      }
      total_of: {
        Args: { v: number[] }
        Returns: number
      }
      transfer: {
        Args: { from_id: number; to_id: number; amount?: number; notes?: string[] }
        Returns: Database["tenant"]["Tables"]["entries"]["Row"]
        SetofOptions: {
          from: "*"
          to: "entries"
          isOneToOne: true
          isSetofReturn: false
        }
      }
      whoami: {
        Args: never
        Returns: string
      }
    }
    Enums: {
      level: "low" | "mid" | "high"
    }
    CompositeTypes: { [_ in never]: never }
  }
}

type Schemas = Omit<Database, "__InternalSupabase">
type DefaultSchema = Schemas["api"]
type Relations<Schema> = Schema extends { Tables: infer Tables; Views: infer Views } ? Tables & Views : never
type Member<Schema, Kind> = Kind extends keyof Schema ? Schema[Kind] : never
type Part<Source, Name, Kind> = Name extends keyof Source ? Member<Source[Name], Kind> : never
type InSchema = { schema: keyof Schemas }

/** A row: `Tables<"name">`, or `Tables<{ schema: "other" }, "name">`. */
export type Tables<
  NameOrSchema extends keyof Relations<DefaultSchema> | InSchema,
  Name extends NameOrSchema extends InSchema ? keyof Relations<Schemas[NameOrSchema["schema"]]> : never = never,
> = NameOrSchema extends InSchema ? Part<Relations<Schemas[NameOrSchema["schema"]]>, Name, "Row"> : Part<Relations<DefaultSchema>, NameOrSchema, "Row">
export type TablesInsert<
  NameOrSchema extends keyof Relations<DefaultSchema> | InSchema,
  Name extends NameOrSchema extends InSchema ? keyof Relations<Schemas[NameOrSchema["schema"]]> : never = never,
> = NameOrSchema extends InSchema ? Part<Relations<Schemas[NameOrSchema["schema"]]>, Name, "Insert"> : Part<Relations<DefaultSchema>, NameOrSchema, "Insert">
export type TablesUpdate<
  NameOrSchema extends keyof Relations<DefaultSchema> | InSchema,
  Name extends NameOrSchema extends InSchema ? keyof Relations<Schemas[NameOrSchema["schema"]]> : never = never,
> = NameOrSchema extends InSchema ? Part<Relations<Schemas[NameOrSchema["schema"]]>, Name, "Update"> : Part<Relations<DefaultSchema>, NameOrSchema, "Update">
export type Enums<
  NameOrSchema extends keyof Member<DefaultSchema, "Enums"> | InSchema,
  Name extends NameOrSchema extends InSchema ? keyof Member<Schemas[NameOrSchema["schema"]], "Enums"> : never = never,
> = NameOrSchema extends InSchema ? Part<Schemas[NameOrSchema["schema"]], "Enums", Name> : Part<DefaultSchema, "Enums", NameOrSchema>
export type CompositeTypes<
  NameOrSchema extends keyof Member<DefaultSchema, "CompositeTypes"> | InSchema,
  Name extends NameOrSchema extends InSchema ? keyof Member<Schemas[NameOrSchema["schema"]], "CompositeTypes"> : never = never,
> = NameOrSchema extends InSchema ? Part<Schemas[NameOrSchema["schema"]], "CompositeTypes", Name> : Part<DefaultSchema, "CompositeTypes", NameOrSchema>

export const Constants = {
  api: {
    Enums: {
      order_status: ["new", "paid", "shipped", "cancelled"],
      tier: ["basic", "silver", "gold"],
    },
  },
  tenant: {
    Enums: {
      level: ["low", "mid", "high"],
    },
  },
} as const
